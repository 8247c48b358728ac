import { Logger, type LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';

/** Takes what is logged from here on, as it would be written, until it is told to stop. */
export class RecordedLog {
  readonly entries: string[] = [];

  start(): void {
    const recorder = new Proxy({} as LoggerService, {
      get:
        () =>
        (...entry: unknown[]) =>
          void this.entries.push(inspect(entry, { depth: 20, showHidden: true })),
    });
    this.entries.length = 0;
    Logger.overrideLogger(recorder);
  }

  stop(): void {
    Logger.overrideLogger(false);
  }
}
