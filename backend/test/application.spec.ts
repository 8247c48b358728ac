import { describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { startTestApp } from './test-app.js';

const mariadbUrl = process.env['TEST_MARIADB_URL'];

async function drift(environment: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { app, close } = await startTestApp(environment);
  try {
    const log = await app.get(DataSource).driver.createSchemaBuilder().log();
    return log.upQueries.map(({ query }) => query);
  } finally {
    await close();
  }
}

describe('The schema that the migrations make', () => {
  test('is the one that the entities describe, on SQLite', async () => {
    expect(await drift()).toEqual([]);
  });

  (mariadbUrl === undefined ? test.skip : test)('is the one that the entities describe, on MariaDB', async () => {
    const admin = await createConnection(mariadbUrl ?? '');
    const name = `drift_${process.pid}`;
    await admin.query(`CREATE DATABASE ${name}`);
    try {
      const url = new URL(mariadbUrl ?? '');
      url.pathname = `/${name}`;
      expect(await drift({ DATABASE_URL: url.href })).toEqual([]);
    } finally {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    }
  });
});
