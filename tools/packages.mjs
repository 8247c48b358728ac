import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { ROOT, Stop, say } from './workspace.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

/** Installs exactly what package-lock.json says, unless node_modules is that already. @param {import('./node-runtime.mjs').NodeRuntime} runtime */
export async function installPackages(runtime) {
  const wanted = readLockfile(join(ROOT, 'package-lock.json'));
  if (wanted === undefined)
    throw new Stop('package-lock.json is missing or damaged: restore it with `git checkout package-lock.json`.');
  if (matches(wanted, readLockfile(join(ROOT, 'node_modules', '.package-lock.json')))) return;
  say('Installing packages (npm ci)');
  // No package runs code of its own while installing; the one that must be compiled is built by canvas.mjs.
  const { code } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], runtime);
  if (code !== 0)
    throw new Stop(`The packages could not be installed: npm ci ended with code ${code} (its reason is above).`);
}

/**
 * Whether npm's record of what it installed is what the lockfile asks for. Packages for other platforms may be absent.
 * @param {Lockfile} wanted @param {Lockfile | undefined} installed
 */
export function matches(wanted, installed) {
  const found = installed?.packages;
  if (found === undefined) return false;
  return Object.entries(wanted.packages ?? {}).every(([path, locked]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const present = found[path];
    if (present === undefined) return locked.optional === true || locked.devOptional === true || locked.peer === true;
    return present.link === locked.link && present.version === locked.version && present.integrity === locked.integrity;
  });
}

/** @param {string} path @returns {Lockfile | undefined} */
function readLockfile(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // npm was interrupted while writing: the same as not installed.
    return undefined;
  }
}
