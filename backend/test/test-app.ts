import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../src/app.js';
import { loadConfiguration } from '../src/platform/config/index.js';

export interface TestApp {
  readonly app: NestExpressApplication;
  close(): Promise<void>;
}

/** The whole application on a data folder of its own, initialised but not listening. */
export async function startTestApp(environment: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atelier-app-'));
  const app = await createApp(loadConfiguration({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...environment }));
  await app.init();
  return {
    app,
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}
