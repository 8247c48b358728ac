import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './workspace.mjs';

/** @param {string} path */
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** Packages with a known hole, and the first version without it. */
const MENDED = {
  sharp: '0.35.5',
  typeorm: '1.1.0',
  '@angular/core': '21.0.1',
  multer: '2.3.0',
};

/** @type {Record<string, { version?: string, resolved?: string, integrity?: string, optional?: boolean, link?: boolean }>} */
const packages = JSON.parse(read('package-lock.json')).packages;

describe('the table of incidents', () => {
  const rows = read('docs/security.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').slice(1, -1))
    .filter(([first = '']) => !/^ (incident |-)/.test(first));

  it('names a test for every incident that could happen here, and the test is there', () => {
    assert.ok(rows.length > 30);
    for (const [incident = '', , here = '', proof = ''] of rows) {
      const [, file = '', title = ''] = /^ `([^`]+)` "(.+)"\s*$/.exec(proof) ?? [];
      if (file === '') assert.match(`${here}`, /^ no models are loaded/, `${incident.trim()} has no test`);
      else assert.ok(read(file).includes(title), `${file} has no "${title}"`);
    }
  });
});

describe('what is installed', () => {
  it('is at least the version in which it was mended', () => {
    for (const [name, least] of Object.entries(MENDED)) {
      const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
      assert.ok(found.length > 0, `${name} is not installed`);
      for (const [path, { version = '' }] of found) assert.ok(isAtLeast(version, least), `${path} is ${version}`);
    }
  });

  it('comes with its checksum, and runs nothing when it is installed', () => {
    // The lockfile knows those of other platforms by their versions only.
    const foreign = Object.entries(packages).filter(
      ([path, { link, optional }]) => path.includes('node_modules/') && !link && !optional,
    );
    assert.ok(foreign.length > 500);
    for (const [path, { integrity = '' }] of foreign) assert.match(integrity, /^sha512-/, path);
    assert.deepEqual(JSON.parse(read('package.json')).allowScripts, { canvas: true });
  });
});

/** @param {string} version @param {string} least */
function isAtLeast(version, least) {
  const [found, wanted] = [version, least].map((text) => text.split('-')[0]?.split('.').map(Number) ?? []);
  for (const [index, part] of (wanted ?? []).entries()) {
    const difference = (found?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
