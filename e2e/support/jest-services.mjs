import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaScript } from '../../tools/schema-script.mjs';
import { startMariaDb } from '../../tools/services.mjs';

/**
 * Prepares a suite on MariaDB: starts an instance when the test bootstrap has not, and has the built product migrate a
 * database once, from which the others are made (E2E_SCHEMA).
 */
export default async function startMissingServices() {
  if (process.env.E2E_DATABASE !== 'mariadb') return;
  const folder = mkdtempSync(join(tmpdir(), 'atelier-schema-'));
  const started = process.env.TEST_MARIADB_URL ? undefined : await startMariaDb();
  const instanceUrl = (process.env.TEST_MARIADB_URL ??= started?.url);
  globalThis.stopE2eServices = async () => {
    rmSync(folder, { recursive: true });
    await started?.stop();
  };
  process.env.E2E_SCHEMA = join(folder, 'schema.sql');
  await schemaScript(process.env.E2E_SCHEMA, instanceUrl, migrate);
}

/** @param {string} databaseUrl */
async function migrate(databaseUrl) {
  const { dataSourceOptions, openDatabase } = await import('../../backend/dist/platform/database/index.js');
  const dataSource = await openDatabase(dataSourceOptions({ databaseUrl, databasePoolSize: 2, sqliteFile: '' }));
  await dataSource.destroy();
}
