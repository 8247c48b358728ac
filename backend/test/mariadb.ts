import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '../../tools/schema-script.mjs';
import { newestMariadbSchema } from './newest-schema.js';

/** The server that specs may use; undefined where there is none. */
export const mariadbUrl = process.env['TEST_MARIADB_URL'];

/** How a test wants its database: as the migrations leave it, or empty, so that they run. */
export type Schema = 'newest' | 'none';

export interface MariadbDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own. */
export async function createMariadbDatabase(schema: Schema = 'newest'): Promise<MariadbDatabase> {
  const instance = mariadbUrl;
  if (instance === undefined) throw new Error('TEST_MARIADB_URL is not set');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createDatabase(instance, name, schema === 'newest' ? await newestMariadbSchema(instance) : undefined);
  const url = new URL(instance);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(instance, name) };
}
