import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../metrics/index.js';
import { DiskSpace } from './disk-space.js';

/** What operators want to be warned of before new work is refused. */
@Injectable()
export class DiskMetrics implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DiskSpace) private readonly diskSpace: DiskSpace,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge('atelier_disk_free_bytes', 'Space that is left where the data are.', async () => {
      const { freeBytes } = await this.diskSpace.current();
      return freeBytes;
    });
    this.metrics.gauge('atelier_disk_size_bytes', 'Size of the file system that holds the data.', async () => {
      const { totalBytes } = await this.diskSpace.current();
      return totalBytes;
    });
    this.metrics.gauge(
      'atelier_disk_nearly_full',
      'Whether new generations are refused for want of space.',
      async () => {
        const { isNearlyFull } = await this.diskSpace.current();
        return isNearlyFull ? 1 : 0;
      },
    );
  }
}
