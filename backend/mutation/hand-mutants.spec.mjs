import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MUTANTS } from './mutants.mjs';

const BACKEND = join(import.meta.dirname, '..');
const JEST = join(BACKEND, '../node_modules/jest/bin/jest.js');

for (const mutant of MUTANTS) {
  const needsMariadb = mutant.engine === 'MariaDB' && process.env.TEST_MARIADB_URL === undefined;
  test(`noticed: ${mutant.name}`, { skip: needsMariadb && 'needs MariaDB' }, async (context) => {
    const source = readFileSync(join(BACKEND, 'src', mutant.file), 'utf8');
    assert.ok(source.includes(mutant.from), `${mutant.file} has changed: the mutant must change with it`);

    const killers = await killersOf(mutant);
    for (const killer of killers) context.diagnostic(`by: ${killer}`);
    assert.notEqual(killers.length, 0, 'No test failed');
  });
}

/**
 * The tests that notice the mutant, of the first spec in which any do.
 * @param {import('./mutants.mjs').Mutant} mutant
 */
async function killersOf(mutant) {
  for (const spec of mutant.specs) {
    const { numRuntimeErrorTestSuites, testResults } = await runSpec(mutant, spec);
    assert.equal(numRuntimeErrorTestSuites, 0, 'The mutant does not even load, so nothing was tested');
    const killers = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => fullName);
    if (killers.length > 0) return killers;
  }
  return [];
}

/** @param {import('./mutants.mjs').Mutant} mutant @param {string} spec */
async function runSpec({ name, tests = '', engine = 'SQLite' }, spec) {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-mutant-'));
  const report = join(folder, 'report.json');
  try {
    const jest = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        JEST,
        `--config=${join(import.meta.dirname, 'mutant.jest.config.mjs')}`,
        '--runInBand',
        `--testNamePattern=on ${engine} ${tests}`,
        '--json',
        `--outputFile=${report}`,
        spec,
      ],
      {
        cwd: BACKEND,
        stdio: 'ignore',
        // The same programs each time, and no more than it takes.
        env: { ...process.env, MUTANT: name, MODEL_SEED: '1', MODEL_PROGRAMS: '60' },
      },
    );
    await once(jest, 'exit');
    return JSON.parse(readFileSync(report, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
