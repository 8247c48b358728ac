import { hkdfSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminProviders } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { runMaintenance, runMaintenanceToDeath } from '../support/maintenance.js';
import type { Environment } from '../support/server-process.js';
import { runServer, type Server, startServer } from '../support/server.js';
import { openRaw } from './audit/records.js';
import { PRELOAD } from './crashable-server.js';

const OLD_KEY = 'a master key of more than 32 bytes, for tests';
const NEW_KEY = 'the next master key, of more than 32 bytes';
const VENDOR_KEY = 'canary-key-of-a-vendor-8d21';

const isMariadb = databaseUnderTest() === 'mariadb';

/** Where the process is killed: on SQLite the key is in its file, on MariaDB it comes from the environment. */
const POINTS = [
  ...(isMariadb ? [] : ['key/write/before', 'key/write/after', 'key/link/after']),
  'master-key/update:vendor_connection/after',
  'master-key/commit/before',
  ...(isMariadb ? ['master-key/commit/sent'] : []),
  'master-key/commit/after',
  ...(isMariadb ? [] : ['key/keep/before', 'key/keep/after', 'key/replace/before']),
];

/** Tells one master key from another; the database keeps it. */
function versionOf(key: string): string {
  return Buffer.from(hkdfSync('sha256', key, 'atelier', 'key-version', 32))
    .toString('hex')
    .slice(0, 16);
}

describe('a change of the master key', () => {
  let server: Server;
  let environment: Environment;

  const keyFile = (end: string): string => join(server.dataDir, `secret.key${end}`);

  /** The master keys that whoever runs this has, and the versions that the database and its secrets are at. */
  async function standing() {
    const files = ['', '.next'].map(keyFile).filter((file) => existsSync(file));
    const keys = isMariadb ? [OLD_KEY, NEW_KEY] : files.map((file) => readFileSync(file, 'utf8'));
    const database = await openRaw(server);
    const rows = await database.rows(
      'SELECT version FROM master_key UNION SELECT key_version FROM vendor_connection WHERE key_version IS NOT NULL',
    );
    await database.close();
    return { keys, versions: (rows as { version: string }[]).map(({ version }) => version) };
  }

  beforeAll(async () => {
    server = await startServer({ env: isMariadb ? { SECRET_KEY: OLD_KEY } : {} });
    environment = {
      DATA_DIR: server.dataDir,
      ...(server.databaseUrl === null
        ? {}
        : { DATABASE_URL: server.databaseUrl, SECRET_KEY: OLD_KEY, NEW_SECRET_KEY: NEW_KEY }),
    };
    const admin = await signIn(server);
    expect((await admin.put('/admin/providers/ollama/credentials', { api_key: VENDOR_KEY })).status).toBe(200);
    await server.stop();
  });

  afterAll(() => server.dispose());

  it.each(POINTS)('that is killed at %s leaves a database that is whole with a key that is there', async (at) => {
    const output = await runMaintenanceToDeath('rotate-key', PRELOAD, {
      ...environment,
      CRASH_ORDERS: JSON.stringify({ arm: { at } }),
    });
    expect(output).toContain(`crash: killed at ${at}`);

    const { keys, versions } = await standing();
    expect(versions).toHaveLength(1);
    expect(keys.map(versionOf)).toContain(versions[0]);
    if (at === 'key/keep/before') {
      // The database has the new key already, its file has not: said in a sentence, and not found out later.
      const exit = await runServer({ ...environment, PORT: '0' });
      expect(exit.code).toBe(1);
      expect(exit.stderr).toMatch(/^This is not the master key .*\n(.*\n)*.*npm run rotate-key once more ends it/);
    }
  });

  it('is ended by doing it again, and a server with the new key reads what was sealed with the old one', async () => {
    const { code, output } = await runMaintenance('rotate-key', undefined, environment);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('sealed with the new one: 1.') });
    expect(output).not.toContain(VENDOR_KEY);
    for (const key of (await standing()).keys) expect(output).not.toContain(key);

    server = await server.restart(isMariadb ? { SECRET_KEY: NEW_KEY } : {});
    const { body } = await (await signIn(server)).get<AdminProviders>('/admin/providers');
    expect(body.providers.find(({ key }) => key === 'ollama')?.connection).toMatchObject({
      has_key: true,
      key_last4: '8d21',
    });
    expect((await standing()).versions).toHaveLength(1);
  });
});
