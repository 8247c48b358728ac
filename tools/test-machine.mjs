import { debianCommand, installDebianPackages } from './debian.mjs';
import { findChromium, findMariaDb, findRedis, startMariaDb, startRedis } from './services.mjs';
import { say } from './workspace.mjs';

/** @typedef {'mariadb' | 'redis' | 'chromium'} MachinePart */

/** What the tests want from the machine: how to find it and which Debian package brings it. */
const PARTS = /** @type {const} */ ({
  mariadb: { find: findMariaDb, debianPackage: 'mariadb-server', label: 'MariaDB' },
  redis: { find: findRedis, debianPackage: 'redis-server', label: 'Redis' },
  chromium: { find: findChromium, debianPackage: 'chromium', label: 'Chromium (or CHROMIUM_PATH)' },
});

/**
 * Installs what is missing where that needs no question. @param {MachinePart[]} wanted
 * @returns {Promise<MachinePart[]>} the parts that can't be had; each was said loudly
 */
export async function installMachineParts(wanted) {
  const missing = wanted.filter((part) => PARTS[part].find() === undefined);
  const packages = missing.map((part) => PARTS[part].debianPackage);
  if (missing.length > 0) await installDebianPackages(packages, 'for the tests');
  const unavailable = missing.filter((part) => PARTS[part].find() === undefined);
  for (const part of unavailable) {
    say(
      `\n!!! ${PARTS[part].label} is missing: its tests are SKIPPED. On Debian or Ubuntu: ${debianCommand([PARTS[part].debianPackage])}\n`,
    );
  }
  return unavailable;
}

/**
 * Private instances for the tests, told to them by environment variables.
 * @param {MachinePart[]} wanted
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startMachineParts(wanted) {
  /** @type {Record<string, string>} */
  const env = {};
  /** @type {(() => Promise<void>)[]} */
  const stops = [];
  const stop = async () => void (await Promise.all(stops.map((stopService) => stopService())));
  try {
    if (wanted.includes('mariadb')) {
      const mariadb = await startMariaDb();
      stops.push(mariadb.stop);
      env['TEST_MARIADB_URL'] = mariadb.url;
    }
    if (wanted.includes('redis')) {
      const redis = await startRedis();
      stops.push(redis.stop);
      env['TEST_REDIS_URL'] = redis.url;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}
