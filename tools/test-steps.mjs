import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { countTests, summary } from './test-counts.mjs';
import { commandOf } from './test-stages.mjs';
import { Stop, say } from './workspace.mjs';

/** Steps that run side by side: half of the time one waits for a server, a lease or a disk, and the other works. */
const AT_ONCE = Math.min(2, availableParallelism());

/**
 * @typedef {import('./test-stages.mjs').Step} Step
 * @typedef {object} Run
 * @property {string[]} patterns paths of the test files that are wanted; none: all
 * @property {readonly import('./test-stages.mjs').Need[]} unavailable
 * @property {{ executable: string, env: NodeJS.ProcessEnv }} runtime
 * @property {string} reports folder for the tools' reports
 * @property {import('./test-counts.mjs').Counts[]} counts is added to as steps end
 * @property {AbortSignal} signal
 */

/** Runs the steps in their order, some at a time. @param {readonly Step[]} steps @param {Run} about */
export async function runSteps(steps, about) {
  // Whoever looks for one thing wants to see it at once; of several, each is shown whole when it has ended.
  const lanes = about.patterns.length > 0 ? 1 : Math.min(AT_ONCE, steps.length);
  const next = steps.entries();
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, async () => {
      for (const [index, step] of next) await runStep(step, `${index}.report`, lanes === 1, about);
    }),
  );
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}

/** @param {Step} step @param {string} reportName @param {boolean} isAlone @param {Run} about */
async function runStep(step, reportName, isAlone, { patterns, unavailable, runtime, reports, counts, signal }) {
  if (signal.aborted) throw new Stop('Interrupted.');
  if (step.needs?.some((need) => need !== 'build' && unavailable.includes(need))) {
    say(`\n--- ${step.title}: SKIPPED`);
    counts.push({ passed: 0, failed: 0, skipped: 1 });
    return;
  }
  say(`\n--- ${step.title}`);
  const startedAt = Date.now();
  const reportFile = join(reports, reportName);
  const command = commandOf(step, reportFile, patterns);
  const { code, output } = await run(runtime.executable, command.args, {
    env: { ...runtime.env, ...command.env },
    group: true,
    quiet: !isAlone,
    signal,
  });
  const result = countTests(step.kind, code, reportFile, patterns.length > 0);
  counts.push(result);
  if (output.trim() !== '') say(`\n${output.trim()}`);
  say(`--- ${step.title}: ${summary(result)} (${Math.round((Date.now() - startedAt) / 1_000)} s)`);
}
