import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {'exit' | 'jest' | 'playwright' | 'tap'} ReportKind
 */

/** How many tests each kind of machine-readable report tells of; `exit` has none: the command is one check. */
const READERS = /** @type {const} */ ({
  /** @param {string} report @returns {Counts} */
  jest(report) {
    const result = JSON.parse(report);
    return {
      passed: result.numPassedTests,
      // A spec file that can't even be loaded has no tests to count.
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  },
  /** @param {string} report @returns {Counts} */
  playwright(report) {
    const { stats, errors } = JSON.parse(report);
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
  },
  /** @param {string} report @returns {Counts} */
  tap(report) {
    /** @param {string} name */
    const total = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
    return {
      passed: total('pass'),
      failed: total('fail') + total('cancelled'),
      skipped: total('skipped') + total('todo'),
    };
  },
});

/**
 * The counts of one finished command. A non-zero exit code is never a success, whatever the report says, and neither
 * is a command without tests.
 * @param {ReportKind} kind @param {number} code @param {string} reportFile @param {boolean} mayBeEmpty @returns {Counts}
 */
export function countTests(kind, code, reportFile, mayBeEmpty) {
  if (kind === 'exit') return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (!existsSync(reportFile)) return { passed: 0, failed: code === 0 && mayBeEmpty ? 0 : 1, skipped: 0 };
  const counts = READERS[kind](readFileSync(reportFile, 'utf8'));
  const isEmpty = counts.passed + counts.failed + counts.skipped === 0;
  const hasHiddenFailure = counts.failed === 0 && (code !== 0 || (isEmpty && !mayBeEmpty));
  return hasHiddenFailure ? { ...counts, failed: 1 } : counts;
}

/** @param {Counts[]} all @returns {Counts} */
export function sumCounts(all) {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/** The line that ends every run. @param {Counts} counts */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
