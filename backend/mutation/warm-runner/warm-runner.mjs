import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { PluginKind, declareClassPlugin } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  TestStatus,
  determineHitLimitReached,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { compileOnImport } from './compile-hooks.mjs';
import { expectTimes, loadSpec, runTests, timesTaken } from './harness.mjs';

/** In Stryker's copy, where the next process finds it if this one has to be ended. */
const TIMES_FILE = 'test-times.json';

/**
 * Runs the specs in a process that has loaded them once, as only the mutant differs from one run to the next. Through Jest
 * each mutant has every spec and all that it imports loaded anew, which takes ten times as long as the tests.
 */
class WarmRunner {
  #context = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    process.env.NODE_ENV = 'test';
    // Something that an earlier test left behind fails once more; it has nothing to say about this one.
    process.on('uncaughtException', () => undefined);
    process.on('unhandledRejection', () => undefined);
    const backend = join(process.cwd(), 'backend');
    compileOnImport(backend);
    await import('../no-shrinking.mjs');
    for (const spec of JSON.parse(process.env.MUTATION_SPEC_FILES ?? '[]')) {
      await loadSpec(relative('backend', spec), pathToFileURL(join(process.cwd(), spec)).href);
    }
    if (existsSync(TIMES_FILE)) expectTimes(JSON.parse(readFileSync(TIMES_FILE, 'utf8')));
  }

  async dryRun({ coverageAnalysis }) {
    const perTest = coverageAnalysis === 'perTest';
    const outcomes = await runTests(() => true, {
      bail: false,
      onTest: ({ id }) => {
        if (perTest) this.#context.currentTestId = id;
      },
    });
    this.#context.currentTestId = undefined;
    writeFileSync(TIMES_FILE, JSON.stringify(timesTaken()));
    return { ...this.#resultOf(outcomes), mutantCoverage: this.#context.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit }) {
    const wanted = testFilter && new Set(testFilter);
    Object.assign(this.#context, {
      activeMutant: activeMutant.id,
      hitLimit,
      hitCount: hitLimit === undefined ? undefined : 0,
    });
    const outcomes = await runTests(({ id }) => wanted?.has(id) ?? true, {
      bail: !disableBail,
      onTest: () => undefined,
    });
    this.#context.activeMutant = undefined;
    const endless = determineHitLimitReached(this.#context.hitCount, this.#context.hitLimit);
    if (!endless) await this.#rerunFailed(outcomes);
    return toMutantRunResult(endless ?? this.#resultOf(outcomes), disableBail);
  }

  /**
   * A test that failed passes without the mutant, or it failed for what an earlier one has left behind.
   * @throws in the latter case: Stryker then tries the mutant again in a new process
   */
  async #rerunFailed(outcomes) {
    const failed = new Set(outcomes.filter(({ error }) => error).map(({ test }) => test));
    if (failed.size === 0) return;
    const again = await runTests((test) => failed.has(test), { bail: true, onTest: () => undefined });
    const spoiled = again.find(({ error }) => error);
    if (spoiled) throw new Error(`Fails without a mutant as well: ${spoiled.test.id}`, { cause: spoiled.error });
  }

  #resultOf(outcomes) {
    return {
      status: DryRunStatus.Complete,
      tests: outcomes.map(({ test: { id, file }, timeSpentMs, error }) => ({
        id,
        name: id,
        fileName: join(process.cwd(), 'backend', file),
        timeSpentMs,
        ...(error
          ? { status: TestStatus.Failed, failureMessage: error.stack ?? error.message }
          : { status: TestStatus.Success }),
      })),
    };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'warm', WarmRunner)];
