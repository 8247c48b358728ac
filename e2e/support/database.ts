import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

export type DatabaseKind = 'sqlite' | 'mariadb';

/** The engine that this run of the suite is about; the specs are the same on both. */
export function databaseUnderTest(): DatabaseKind {
  const wanted = process.env['E2E_DATABASE'] ?? 'sqlite';
  if (wanted !== 'sqlite' && wanted !== 'mariadb')
    throw new Error(`E2E_DATABASE must be sqlite or mariadb, not ${wanted}.`);
  return wanted;
}

/** An empty database of its own on the test instance, or on another one. */
export async function createDatabase(instance = instanceUrl()): Promise<string> {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  await execute(instance, `CREATE DATABASE ${name}`);
  return `${instance}/${name}`;
}

export async function dropDatabase(url: string): Promise<void> {
  const { pathname } = new URL(url);
  await execute(url.slice(0, -pathname.length), `DROP DATABASE IF EXISTS ${pathname.slice(1)}`);
}

function instanceUrl(): string {
  const url = process.env['TEST_MARIADB_URL']?.replace(/\/$/, '');
  if (!url) throw new Error('TEST_MARIADB_URL is not set: run the suite through `npm test -- --only api`.');
  return url;
}

async function execute(instance: string, statement: string): Promise<void> {
  const connection = await createConnection(instance);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
