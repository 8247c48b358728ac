import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './workspace.mjs';

/** Repeats of a signal within this time are one wish: a terminal and npm both deliver Ctrl-C. */
const SAME_SIGNAL_MS = 1_000;

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {boolean} [quiet] collects the output instead of showing it
 * @property {number} [timeoutMs] the process is killed after this time
 * @property {boolean} [group] it leads a group of its own: whatever it leaves running is killed when it has ended
 * @property {AbortSignal} [signal] ends it
 *
 * @typedef {object} Finished
 * @property {number} code exit code; 128 + signal number when a signal ended it; 127 when it could not start
 * @property {string} output what it printed, when quiet
 */

/**
 * Runs a command to its end; never rejects, the caller judges the exit code.
 * @param {string} command @param {string[]} args @param {RunOptions} [options] @returns {Promise<Finished>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      detached: options.group ?? false,
    });
    const abort = () => (options.group ? killGroup(child.pid, 'SIGTERM') : child.kill('SIGTERM'));
    options.signal?.addEventListener('abort', abort);
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (options.group) killGroup(child.pid, 'SIGKILL');
      resolve({ code: exitCode(code, signal), output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/**
 * Runs a command in the foreground and passes SIGINT, SIGTERM and SIGHUP on to it, each wish once.
 * A second, later signal of the person who is tired of waiting kills it.
 * @param {string} command @param {string[]} args @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 0 when it ended by the very signal that was passed on
 */
export function runForeground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: options.env ?? process.env, stdio: 'inherit' });
    let firstSignalAt = 0;
    /** @type {NodeJS.Signals | undefined} */
    let passedOn;
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      if (firstSignalAt === 0) {
        firstSignalAt = Date.now();
        passedOn = signal;
        // A terminal sends Ctrl-C to the whole group, so the child has it already.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      } else if (Date.now() - firstSignalAt > SAME_SIGNAL_MS) {
        child.kill('SIGKILL');
      }
    };
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, passOn);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal !== null && signal === passedOn ? 0 : exitCode(code, signal)));
  });
}

/** @param {number | undefined} leader @param {NodeJS.Signals} signal */
function killGroup(leader, signal) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Nothing of the group is left: what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function exitCode(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
