import { startMariaDb } from '../../tools/services.mjs';

/** Lets the suite run on MariaDB by itself too: starts an instance when the test bootstrap has not. */
export default async function startMissingServices() {
  if (process.env.E2E_DATABASE !== 'mariadb' || process.env.TEST_MARIADB_URL) return;
  const { url, stop } = await startMariaDb();
  process.env.TEST_MARIADB_URL = url;
  globalThis.stopE2eServices = stop;
}
