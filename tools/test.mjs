import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildChangedParts } from './build.mjs';
import { prepareCanvas } from './canvas.mjs';
import { findNodeRuntime } from './node-runtime.mjs';
import { installPackages } from './packages.mjs';
import { makeScratchFolder } from './scratch.mjs';
import { summary, sumCounts } from './test-counts.mjs';
import { installMachineParts, startMachineParts } from './test-machine.mjs';
import { STAGES } from './test-stages.mjs';
import { runSteps } from './test-steps.mjs';
import { Stop, runMain, say } from './workspace.mjs';

/** In CI nothing may be left out silently: a part that can't be had fails the run. */
const IS_CI = Boolean(process.env.CI) && process.env.CI !== 'false';

const interruption = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => interruption.abort());

/** @typedef {import('./test-counts.mjs').Counts} Counts */

await runMain(async () => {
  /** @type {Counts[]} */
  const counts = [];
  try {
    const { stages, patterns } = parseArguments(process.argv.slice(2));
    await runStages(stages, patterns, counts);
  } catch (error) {
    counts.push({ passed: 0, failed: 1, skipped: 0 });
    process.stderr.write(`\n${error instanceof Stop ? error.message : error instanceof Error ? error.stack : error}\n`);
  }
  const total = sumCounts(counts);
  if (total.passed + total.failed === 0) {
    say('No test ran.');
    total.failed = 1;
  }
  say(`\n${summary(total)}`);
  return interruption.signal.aborted ? 130 : total.failed > 0 ? 1 : 0;
});

/**
 * `--only unit,api` or the stages' names select stages; any other word selects test files by path.
 * @param {string[]} words
 */
function parseArguments(words) {
  const names = words.flatMap((word) => word.replace(/^--only(=|$)/, '').split(',')).filter((word) => word !== '');
  const stages = names.filter((name) => name in STAGES);
  const patterns = names.filter((name) => !(name in STAGES));
  const unknown = patterns.find((pattern) => !/[./]/.test(pattern));
  if (unknown !== undefined) {
    throw new Stop(`Unknown stage ${unknown}; stages: ${Object.keys(STAGES).join(', ')}; files are given as paths.`);
  }
  return { stages: stages.length > 0 ? stages : Object.keys(STAGES), patterns };
}

/** @param {string[]} stages @param {string[]} patterns @param {Counts[]} counts is added to as stages end */
async function runStages(stages, patterns, counts) {
  const steps = stages
    .flatMap((stage) => STAGES[stage] ?? [])
    .filter(({ kind }) => patterns.length === 0 || kind !== 'exit');
  const wanted = new Set(steps.flatMap((step) => [...(step.needs ?? []), ...(step.uses ?? [])]));
  const runtime = await findNodeRuntime();
  await installPackages(runtime);
  await Promise.all([prepareCanvas(runtime), wanted.has('build') && buildChangedParts(runtime)]);
  const machineParts = /** @type {const} */ (['mariadb', 'redis', 'chromium']).filter((part) => wanted.has(part));
  const unavailable = await installMachineParts(machineParts);
  if (IS_CI && unavailable.length > 0) counts.push({ passed: 0, failed: unavailable.length, skipped: 0 });

  const scratch = makeScratchFolder();
  // From here on every temporary file, of this process too, lies there.
  process.env.TMPDIR = scratch;
  const reports = join(scratch, 'reports');
  mkdirSync(reports);
  try {
    const machine = await startMachineParts(machineParts.filter((part) => !unavailable.includes(part)));
    try {
      await runSteps(steps, {
        patterns,
        unavailable,
        runtime: { executable: runtime.executable, env: { ...runtime.env, TMPDIR: scratch, ...machine.env } },
        reports,
        counts,
        signal: interruption.signal,
      });
    } finally {
      await machine.stop();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
