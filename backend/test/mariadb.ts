import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

/** The server that specs may use; undefined where there is none. */
export const mariadbUrl = process.env['TEST_MARIADB_URL'];

export interface MariadbDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database of its own. */
export async function createMariadbDatabase(): Promise<MariadbDatabase> {
  if (mariadbUrl === undefined) throw new Error('TEST_MARIADB_URL is not set');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = await createConnection(mariadbUrl);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(mariadbUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
