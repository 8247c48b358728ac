import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import * as z from 'zod';
import { Metrics } from './metrics.js';

/** How often the event loop is probed. What Node measures includes this interval. */
const PROBE_MS = 20;

const PackageFile = z.object({ version: z.string() });

/** Seen from the built backend as from its sources. */
const PACKAGE_FILE = new URL('../../../../package.json', import.meta.url);

/** What the process needs, and which release it runs. */
@Injectable()
export class ProcessMetrics implements OnModuleInit, OnApplicationShutdown {
  readonly #eventLoop = monitorEventLoopDelay({ resolution: PROBE_MS });

  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  onModuleInit(): void {
    this.#eventLoop.enable();
    const { version } = PackageFile.parse(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')));
    const build = [{ labels: { version, node_version: process.versions.node }, value: 1 }];
    this.metrics.gauge('atelier_build_info', 'The release that runs; always 1.', () => build);
    this.metrics.gauge('atelier_uptime_seconds', 'Time since the process started.', () => process.uptime());
    this.metrics.gauge('process_resident_memory_bytes', 'Memory that the process occupies.', () =>
      process.memoryUsage.rss(),
    );
    this.metrics.counterFrom('process_cpu_seconds_total', 'Processor time used, of user and system.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    this.metrics.gauge(
      'atelier_event_loop_delay_p99_seconds',
      'How late the event loop was in 99 of 100 probes, since the last reading.',
      () => this.#delayP99(),
    );
  }

  onApplicationShutdown(): void {
    this.#eventLoop.disable();
  }

  #delayP99(): number {
    const probes = this.#eventLoop.count;
    const seconds = this.#eventLoop.percentile(99) / 1e9 - PROBE_MS / 1_000;
    this.#eventLoop.reset();
    return probes === 0 ? 0 : Math.max(0, seconds);
  }
}
