import { createHash } from 'node:crypto';
import type { SubProviderOrder } from './sub-provider.js';

/** Where a job is: the owner, the app and the id, and no way out of there. */
const JOB_PATH = /^(\/\w[\w.-]*){2,4}\/requests\/[\w-]+$/;

/** What was ordered, and where the job is. */
const HANDLE = /^([0-9a-f]{32})(\/.+)$/;

/** @param address as fal gave it @returns undefined for one that leads anywhere else */
export function jobPath(address: string): string | undefined {
  const path = new URL(address).pathname;
  return JOB_PATH.test(path) ? path : undefined;
}

/** The id of the job at a path. */
export function jobId(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A name for the job by which it is found again, and that tells whether it is what is wanted then. */
export function writeHandle(order: SubProviderOrder, path: string): string {
  return `${digestOf(order)}${path}`;
}

/**
 * Where the job of a handle is. Whatever is in the handle by now, it leads nowhere but to jobs.
 * @param order what it has to be the job of, where that matters
 */
export function pathIn(handle: string, order?: SubProviderOrder): string | undefined {
  const [, digest, path = ''] = HANDLE.exec(handle) ?? [];
  const isWanted = order === undefined || digest === digestOf(order);
  return isWanted && JOB_PATH.test(path) ? path : undefined;
}

function digestOf({ model, prompt, size, seed }: SubProviderOrder): string {
  const order = JSON.stringify([model, prompt, size.width, size.height, seed]);
  return createHash('sha256').update(order).digest('hex').slice(0, 32);
}
