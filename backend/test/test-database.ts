import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from '@jest/globals';
import type { DataSource, MixedList } from 'typeorm';
import { Transactions, dataSourceOptions, openDatabase } from '../src/platform/database/index.js';
import { Clock } from '../src/platform/time/index.js';
import { createMariadbDatabase, mariadbUrl } from './mariadb.js';
import { putNewestSqlite } from './newest-schema.js';

export interface TestDatabase {
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
  readonly clock: Clock;
}

type Entity = new () => object;
type Open = (...entities: Entity[]) => Promise<TestDatabase>;

/**
 * Runs the same specs on SQLite and, where TEST_MARIADB_URL names a server, on MariaDB.
 * Each `open()` gives a migrated database of its own, which is gone after the test.
 */
export function describeOnEveryDatabase(name: string, specs: (open: Open) => void): void {
  describe(`${name} on SQLite`, () => {
    specs(disposable(openSqlite));
  });
  if (mariadbUrl === undefined) return;
  describe(`${name} on MariaDB`, () => {
    specs(disposable(openMariadb));
  });
}

interface Disposable {
  readonly dataSource: DataSource;
  dispose(): Promise<void>;
}

function disposable(open: (entities: Entity[]) => Promise<Disposable>): Open {
  const opened: Disposable[] = [];
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.dispose();
  });
  return async (...entities) => {
    const database = await open(entities);
    opened.push(database);
    return {
      dataSource: database.dataSource,
      transactions: new Transactions(database.dataSource),
      clock: new Clock(),
    };
  };
}

async function openSqlite(entities: Entity[]): Promise<Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-test-'));
  const sqliteFile = join(folder, 'test.sqlite');
  await putNewestSqlite(sqliteFile);
  const dataSource = await openDatabase({
    ...dataSourceOptions({ databaseUrl: undefined, databasePoolSize: 16, sqliteFile }),
    entities: entities as MixedList<Entity>,
  });
  return {
    dataSource,
    dispose: async () => {
      await dataSource.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openMariadb(entities: Entity[]): Promise<Disposable> {
  const database = await createMariadbDatabase();
  const dataSource = await openDatabase({
    ...dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 16, sqliteFile: '' }),
    entities: entities as MixedList<Entity>,
  });
  return {
    dataSource,
    dispose: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
