import { writeSync } from 'node:fs';

/** Named boundary to die at, and how often it is passed before. */
let armed;
/** Named boundary at which the disk fails, and how often it still does. */
let failing;
/** Probabilities of dying at any boundary and of a failure at one of a file, and the generator that decides. */
let random;

/** Where a failure leaves the step undone, or half done. */
const FILE_STEP = /^(?:image|thumbnail|folder)\/(?:.+\/before|half-written)$/;

/** @param {{ at: string, nth?: number }} point */
export function arm({ at, nth = 1 }) {
  armed = { at, left: nth };
}

/** @param {{ at: string, times: number }} failure */
export function failFiles({ at, times }) {
  failing = { at, left: times };
}

/** @param {{ probability: number, failures?: number, seed: number }} order */
export function seedRandomKills({ probability, failures = 0, seed }) {
  random = { probability, failures, next: mulberry32(seed) };
}

/**
 * Something of consequence is about to happen, or has just happened.
 * @param {readonly string[]} names what it is called; several where it belongs to several kinds of work
 */
export function boundary(...names) {
  for (const name of names) {
    if (armed?.at !== name) continue;
    armed.left -= 1;
    if (armed.left === 0) die(name);
  }
  if (random && random.next() < random.probability) die(names.join(' '));
  for (const name of names) if (FILE_STEP.test(name)) failPerhaps(name);
}

/** @throws what a disk says that can't do it any more */
function failPerhaps(name) {
  if (failing?.at === name && failing.left > 0) failing.left -= 1;
  else if (!(random && random.next() < random.failures)) return;
  throw Object.assign(new Error(`EIO: i/o error, at ${name}`), { code: 'EIO', errno: -5 });
}

/** Says where, past every buffer, and is gone before the next instruction. */
function die(name) {
  writeSync(2, `crash: killed at ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The kernel ends every thread; this one must do nothing until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** A small generator with a seed, so that a run can be repeated. @param {number} seed */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
