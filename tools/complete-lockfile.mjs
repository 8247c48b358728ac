import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, say } from './workspace.mjs';

/*
 * npm leaves a platform's package out of package-lock.json when the registry it is run against doesn't carry that
 * package, and then `npm ci` refuses the lockfile, on every platform. Run this after adding a dependency:
 *   node tools/complete-lockfile.mjs
 */

const LIBCS = /** @type {const} */ ({ gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' });
const SYSTEMS = ['linux', 'darwin', 'win32', 'freebsd', 'android', 'openharmony'];
const PROCESSORS = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'];

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string> }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Entries that the lockfile lacks: exactly pinned optional packages named after a platform.
 * @param {Lockfile} lockfile @returns {Record<string, LockedPackage>}
 */
export function missingEntries({ packages }) {
  /** @type {Record<string, LockedPackage>} */
  const missing = {};
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const isLocked = `${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
      const platform = platformOf(name);
      if (!isLocked && platform !== undefined && /^\d/.test(version)) {
        missing[`node_modules/${name}`] = { version, ...platform, optional: true };
      }
    }
  }
  return missing;
}

/** @param {string} name e.g. `@swc/core-linux-arm64-musl` */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const system = SYSTEMS.find((word) => words.includes(word));
  const processor = PROCESSORS.find((word) => words.includes(word));
  const libc = Object.entries(LIBCS).find(([word]) => words.includes(word))?.[1];
  if (processor === undefined || (system === undefined && processor !== 'wasm32')) return undefined;
  return {
    cpu: [processor],
    ...(system === undefined ? {} : { os: [system] }),
    ...(system === 'linux' && libc !== undefined ? { libc: [libc] } : {}),
  };
}

if (process.argv[1] === import.meta.filename) {
  const file = join(ROOT, 'package-lock.json');
  const lockfile = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lockfile);
  const packages = Object.entries({ ...lockfile.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  say(`${Object.keys(missing).length} entries added to package-lock.json`);
}
