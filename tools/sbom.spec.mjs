import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { billOfMaterials } from './bill-of-materials.mjs';
import { ROOT } from './workspace.mjs';

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

describe('the bill of materials', () => {
  const { dependencies, devDependencies, version } = readJson('package.json');
  const locked = readJson('package-lock.json').packages;
  /** @type {import('./bill-of-materials.mjs').Bill} */
  let bill;

  before(async () => {
    bill = await billOfMaterials();
  });

  it('is CycloneDX, of this product', () => {
    assert.equal(bill.bomFormat, 'CycloneDX');
    assert.match(bill.specVersion, /^1\.[5-9]$/);
    assert.deepEqual([bill.metadata.component.name, bill.metadata.component.version], ['atelier', version]);
  });

  it('names every dependency of production in the version that is installed, with its checksum', () => {
    for (const name of Object.keys(dependencies)) {
      const wanted = locked[`node_modules/${name}`].version;
      const component = bill.components.find((one) => one.name === name && one.version === wanted);
      assert.ok(component, `${name} ${wanted} is missing`);
      assert.equal(component.purl, `pkg:npm/${name.replace('@', '%40')}@${wanted}`);
      assert.deepEqual(
        component.hashes?.map(({ alg }) => alg),
        ['SHA-512'],
        name,
      );
    }
  });

  it('names what these are made of as well, and nothing that only tests and builds need', () => {
    const names = new Set(bill.components.map(({ name }) => name));
    for (const indirect of ['router', 'body-parser', 'on-finished']) assert.ok(names.has(indirect), indirect);
    const onlyForWork = Object.keys(devDependencies).filter((name) => locked[`node_modules/${name}`]?.dev);
    assert.ok(onlyForWork.length > 10);
    for (const name of onlyForWork) assert.ok(!names.has(name), name);
    const known = new Set([bill.metadata.component, ...bill.components].map((component) => component['bom-ref']));
    for (const { ref, dependsOn } of bill.dependencies)
      for (const one of [ref, ...dependsOn]) assert.ok(known.has(one), one);
  });

  it('tells of no place that packages were fetched from', () => {
    assert.doesNotMatch(JSON.stringify(bill.components), /"url":"https?:\/\/(?!github\.com)[^"]*\.tgz/);
  });
});
