/*
 * What specs import from `@jest/globals`, for a process that loads them once and runs them again and again. Matchers, mocks
 * and timers are Jest's own; only what calls the tests is here.
 */
import { ModernFakeTimers } from '@jest/fake-timers';
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

export { expect };

/**
 * @typedef {() => unknown} Work
 * @typedef {object} Block
 * @property {string} name
 * @property {Block | undefined} parent
 * @property {Record<'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach', Work[]>} hooks
 * @typedef {object} RegisteredTest
 * @property {string} name
 * @property {string} id unique
 * @property {string} file
 * @property {Work} work
 * @property {Block} block
 * @property {number} tookMs the last time it ran
 * @typedef {object} Outcome
 * @property {RegisteredTest} test
 * @property {number} timeSpentMs
 * @property {unknown} [error] only where it failed
 */

/** @param {string} name @param {Block} [parent] @returns {Block} */
const blockOf = (name, parent) => ({
  name,
  parent,
  hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
});

/** @type {RegisteredTest[]} */
const tests = [];
let current = blockOf('');

/** Not those that a test has replaced. */
const { setTimeout, clearTimeout } = globalThis;

/** What a test may take of which is not known how long it takes; and how much more than that, where it is. */
const PATIENCE_MS = 60_000;
const SLOWER = { factor: 8, byMs: 4_000 };

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({ config: /** @type {any} */ ({ fakeTimers: {} }), global: globalThis });

export const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  useFakeTimers: timers.useFakeTimers.bind(timers),
  useRealTimers: () => timers.useRealTimers(),
  /** @param {number} ms */
  advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
  /** @param {number} ms */
  advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
  getTimerCount: () => timers.getTimerCount(),
};

/** @param {string} name @param {(...row: any[]) => void} declare @param {unknown[]} row */
function declareBlock(name, declare, row = []) {
  const outer = current;
  current = blockOf(name, outer);
  declare(...row);
  current = outer;
}

/** @param {string} name @param {(...row: any[]) => unknown} work @param {unknown[]} row */
function declareTest(name, work, row = []) {
  tests.push({ name, id: '', file: '', block: current, work: () => work(...row), tookMs: 0 });
}

/** @param {(name: string, work: (...row: any[]) => unknown, row: unknown[]) => void} declare */
const each = (declare) => (/** @type {readonly unknown[]} */ table) => {
  return (/** @type {string} */ name, /** @type {(...row: any[]) => unknown} */ work) => {
    for (const [index, row] of table.entries()) declare(`${name} #${index}`, work, Array.isArray(row) ? row : [row]);
  };
};

/**
 * As it is called in specs. The time that a test may take is left to Stryker, which ends the process.
 * @param {typeof declareBlock} declare
 */
const exported = (declare) =>
  Object.assign((/** @type {string} */ name, /** @type {Work} */ work) => declare(name, work), { each: each(declare) });

export const describe = exported(declareBlock);
export const test = exported(declareTest);
export const it = test;
/** @param {keyof Block['hooks']} kind */
const hook = (kind) => (/** @type {Work} */ work) => void current.hooks[kind].push(work);
export const [beforeAll, afterAll] = [hook('beforeAll'), hook('afterAll')];
export const [beforeEach, afterEach] = [hook('beforeEach'), hook('afterEach')];

/** Loads a spec file. @param {string} file its name in ids @param {string} url @returns {Promise<void>} */
export async function loadSpec(file, url) {
  const known = tests.length;
  current = blockOf(file);
  await import(url);
  const seen = new Map();
  for (const registered of tests.slice(known)) {
    const name = [...ancestryOf(registered.block).map((block) => block.name), registered.name].join(' › ');
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    Object.assign(registered, { file, id: count === 1 ? name : `${name} (${count})` });
  }
}

/** @param {Block} block */
const isFile = ({ parent }) => parent === undefined;

/** What a file has replaced is its own business. */
function forgetMocks() {
  mocker.restoreAllMocks();
  timers.useRealTimers();
}

/** How long tests take, for a process that has not run them yet. @returns {Record<string, number>} */
export const timesTaken = () => Object.fromEntries(tests.map(({ id, tookMs }) => [id, tookMs]));
/** @param {Record<string, number>} times */
export function expectTimes(times) {
  for (const test of tests) test.tookMs = times[test.id] ?? 0;
}

/** Outermost first. @param {Block | undefined} block @returns {Block[]} */
const ancestryOf = (block) => (block === undefined ? [] : [...ancestryOf(block.parent), block]);

/**
 * Runs the loaded tests one after the other, the quick ones first: one that fails spares the others.
 * @param {(test: RegisteredTest) => boolean} isWanted
 * @param {{ bail: boolean, onTest: (test: RegisteredTest) => void }} options
 * @returns {Promise<Outcome[]>}
 */
export async function runTests(isWanted, { bail, onTest }) {
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {Block[]} */
  let open = [];
  const close = async (/** @type {readonly Block[]} */ blocks) => {
    for (const block of blocks.toReversed()) {
      for (const work of block.hooks.afterAll) await work();
      if (isFile(block)) forgetMocks();
    }
  };
  for (const test of tests.filter(isWanted).sort((a, b) => a.tookMs - b.tookMs)) {
    onTest(test);
    const startedAt = performance.now();
    const ancestry = ancestryOf(test.block);
    const limitMs = test.tookMs === 0 ? PATIENCE_MS : SLOWER.byMs + SLOWER.factor * test.tookMs;
    const error = await errorOf(limitMs, async () => {
      await close(open.filter((block) => !ancestry.includes(block)));
      const entered = ancestry.filter((block) => !open.includes(block));
      open = ancestry;
      for (const block of entered) for (const work of block.hooks.beforeAll) await work();
      await runTest(test, ancestry);
    });
    const timeSpentMs = performance.now() - startedAt;
    if (!error) test.tookMs = timeSpentMs;
    outcomes.push({ test, timeSpentMs, ...(error && { error }) });
    if (error && bail) break;
  }
  const error = await errorOf(PATIENCE_MS, () => close(open));
  const last = outcomes.at(-1);
  if (error && last && !last.error) last.error = error;
  return outcomes;
}

/** @param {RegisteredTest} test @param {readonly Block[]} ancestry */
async function runTest({ work }, ancestry) {
  const errors = [];
  try {
    for (const block of ancestry) for (const before of block.hooks.beforeEach) await before();
    await work();
  } catch (error) {
    errors.push(error);
  }
  for (const block of ancestry.toReversed())
    for (const after of block.hooks.afterEach) {
      try {
        await after();
      } catch (error) {
        errors.push(error);
      }
    }
  if (errors.length > 0) throw errors[0];
}

/**
 * What went wrong, also outside of what was waited for.
 * @param {number} limitMs @param {() => Promise<void>} work @returns {Promise<Error | undefined>}
 */
async function errorOf(limitMs, work) {
  /** @type {PromiseWithResolvers<never>} */
  const stray = Promise.withResolvers();
  for (const event of STRAY) process.on(event, stray.reject);
  const limit = setTimeout(() => stray.reject(new Error(`It took longer than ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([work(), stray.promise]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(limit);
    for (const event of STRAY) process.off(event, stray.reject);
  }
}

const STRAY = /** @type {const} */ (['uncaughtException', 'unhandledRejection']);
