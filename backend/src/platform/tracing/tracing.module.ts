import { Module } from '@nestjs/common';
import { Tracing } from './tracing.js';

/** Traces for operators who have a collector. */
@Module({ providers: [Tracing] })
export class TracingModule {}
