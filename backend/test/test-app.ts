import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { createApp } from '../src/app.js';
import { type Configuration, loadConfiguration } from '../src/platform/config/index.js';
import { createMariadbDatabase, mariadbUrl, type Schema } from './mariadb.js';
import { putNewestSqlite } from './newest-schema.js';

export { platformModules } from '../src/platform-modules.js';

export type Boot = (configuration: Configuration) => Promise<INestApplicationContext>;
export type Start = (boot?: Boot) => Promise<INestApplicationContext>;

/** The whole application, initialised but not listening. */
export const wholeApp: Boot = async (configuration) => {
  const app = await createApp(configuration);
  await app.init();
  return app;
};

/**
 * Runs the same specs with the application on SQLite and, where there is a server, on MariaDB.
 * Each start has a data folder and a database of its own, which are gone after the test.
 */
export function describeAppOnEveryDatabase(
  name: string,
  specs: (start: Start) => void,
  schema: Schema = 'newest',
): void {
  describe(`${name} on SQLite`, () =>
    specs(
      disposable(async (dataDir) => {
        const environment = { DATA_DIR: dataDir };
        if (schema === 'newest') await putNewestSqlite(loadConfiguration(environment).sqliteFile);
        return { environment, drop: () => Promise.resolve() };
      }),
    ));
  if (mariadbUrl === undefined) return;
  describe(`${name} on MariaDB`, () =>
    specs(
      disposable(async (dataDir) => {
        const database = await createMariadbDatabase(schema);
        return { environment: { DATA_DIR: dataDir, DATABASE_URL: database.url }, drop: () => database.drop() };
      }),
    ));
}

interface Prepared {
  readonly environment: NodeJS.ProcessEnv;
  drop(): Promise<void>;
}

function disposable(prepare: (dataDir: string) => Promise<Prepared>): Start {
  const cleanUps: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  return async (boot = wholeApp) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'atelier-app-'));
    cleanUps.push(async () => {
      rmSync(dataDir, { recursive: true });
    });
    const { environment, drop } = await prepare(dataDir);
    cleanUps.push(drop);
    const app = await boot(loadConfiguration({ LOG_LEVEL: 'silent', ...environment }));
    cleanUps.push(() => app.close());
    return app;
  };
}
