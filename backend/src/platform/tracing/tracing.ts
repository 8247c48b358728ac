import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import type { Exporting } from './exporting.js';

/** Sends traces to a collector, where the standard variables name one. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  #exporting: Exporting | undefined;

  constructor(@Inject(Configuration) private readonly configuration: Configuration) {}

  async onModuleInit(): Promise<void> {
    const { tracing } = this.configuration;
    if (!tracing) return;
    // Loaded where it is needed: most installations have no collector.
    const { startExporting } = await import('./exporting.js');
    this.#exporting = await startExporting(tracing);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#exporting?.stop();
  }
}
