import { Global, Module } from '@nestjs/common';
import { DiskMetrics } from './disk-metrics.js';
import { DiskSpace, FileSystems } from './disk-space.js';
import { WriteProbe } from './write-probe.js';

/** The disk that the data are on. */
@Global()
@Module({ providers: [FileSystems, DiskSpace, WriteProbe, DiskMetrics], exports: [DiskSpace, WriteProbe] })
export class DiskModule {}
