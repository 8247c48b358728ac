import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import type { DataSource, MixedList } from 'typeorm';
import { Transactions, dataSourceOptions, openDatabase } from '../src/platform/database/index.js';
import { Clock } from '../src/platform/time/index.js';

export interface TestDatabase {
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
  readonly clock: Clock;
}

type Entity = new () => object;
type Open = (...entities: Entity[]) => Promise<TestDatabase>;

const mariadbUrl = process.env['TEST_MARIADB_URL'];

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
    specs(disposable((entities) => openMariadb(mariadbUrl, entities)));
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
  const dataSource = await openDatabase({
    ...dataSourceOptions({ databaseUrl: undefined, sqliteFile: join(folder, 'test.sqlite') }),
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

async function openMariadb(serverUrl: string, entities: Entity[]): Promise<Disposable> {
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = await createConnection(serverUrl);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const dataSource = await openDatabase({
    ...dataSourceOptions({ databaseUrl: url.href, sqliteFile: '' }),
    entities: entities as MixedList<Entity>,
  });
  return {
    dataSource,
    dispose: async () => {
      await dataSource.destroy();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
