import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as schemas from '../../tools/schema-script.mjs';

export type DatabaseKind = 'sqlite' | 'mariadb';

/** The engine that this run of the suite is about; the specs are the same on both. */
export function databaseUnderTest(): DatabaseKind {
  const wanted = process.env['E2E_DATABASE'] ?? 'sqlite';
  if (wanted !== 'sqlite' && wanted !== 'mariadb')
    throw new Error(`E2E_DATABASE must be sqlite or mariadb, not ${wanted}.`);
  return wanted;
}

/** A database of its own on the test instance, or on another one: as the migrations leave it, so that a start has none to run. */
export function createDatabase(instance = instanceUrl()): Promise<string> {
  const file = process.env['E2E_SCHEMA'];
  return create(instance, file === undefined ? undefined : readFileSync(file, 'utf8'));
}

/** One in which nothing is, as a new installation finds it. */
export function createEmptyDatabase(): Promise<string> {
  return create(instanceUrl());
}

export async function dropDatabase(url: string): Promise<void> {
  const { pathname } = new URL(url);
  await schemas.dropDatabase(url.slice(0, -pathname.length), pathname.slice(1));
}

async function create(instance: string, schema?: string): Promise<string> {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  await schemas.createDatabase(instance, name, schema);
  return `${instance}/${name}`;
}

function instanceUrl(): string {
  const url = process.env['TEST_MARIADB_URL']?.replace(/\/$/, '');
  if (!url) throw new Error('TEST_MARIADB_URL is not set: run the suite through `npm test -- --only api`.');
  return url;
}
