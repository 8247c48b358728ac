import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { ROOT, Stop } from './workspace.mjs';

/**
 * @typedef {{
 *   'bom-ref': string,
 *   name: string,
 *   version: string,
 *   purl: string,
 *   hashes?: { alg: string, content: string }[],
 *   properties?: { name: string, value: string }[],
 * }} Component
 *
 * @typedef {object} Bill
 * @property {string} bomFormat
 * @property {string} specVersion
 * @property {{ component: Pick<Component, 'bom-ref' | 'name' | 'version'> }} metadata
 * @property {Component[]} components
 * @property {{ ref: string, dependsOn: string[] }[]} dependencies
 */

/** What npm says of packages that only tests and builds need. */
const DEVELOPMENT = 'cdx:npm:package:development';

/**
 * What the lockfile says that runs in production, in CycloneDX. npm itself, told to leave out the rest, also leaves out
 * what both need.
 * @returns {Promise<Bill>}
 */
export async function billOfMaterials() {
  const command = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=error'];
  const { code, output } = await npm(
    command,
    { executable: process.execPath, version: process.versions.node, env: process.env },
    { quiet: true },
  );
  if (code !== 0) throw new Stop(`npm could not list the packages (npm 10 or newer can): ${output.trim()}`);
  /** @type {Bill} */
  const bill = JSON.parse(output);
  // npm takes the name of the folder, which is anybody's.
  bill.metadata.component.name = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).name;
  bill.components = bill.components.filter(
    ({ properties = [] }) => !properties.some(({ name, value }) => name === DEVELOPMENT && value === 'true'),
  );
  const kept = new Set([bill.metadata.component, ...bill.components].map((component) => component['bom-ref']));
  const isKept = (/** @type {string} */ ref) => kept.has(ref);
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => isKept(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) }));
  return bill;
}
