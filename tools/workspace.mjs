import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json; every path in tools/ starts here, whatever the current folder is. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** What the bootstraps put beside the code: the private Node and built native parts. Safe to delete. */
export const TOOLCHAIN = join(ROOT, '.toolchain');

/** Exact Node version that everything is built and tested with, e.g. `24.21.0`. */
export const PINNED_NODE = readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim().replace(/^v/, '');

/** A failure that the person at the terminal can act on: its message is all that is printed. */
export class Stop extends Error {}

/** One short line of progress. @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * Runs an entry point: a `Stop` prints its sentence, anything else its stack; both end with exit code 1.
 * @param {() => Promise<number>} main resolves with the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Stop ? error.message : error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  }
}
