import { load } from '../statistics.mjs';

/**
 * So many requests, one contender after the other, before anything is measured. An engine compiles what is called often
 * anew, and better: the first hundred images took a quarter to a half longer than those after eight hundred.
 */
const REQUESTS = 400;
const CLIENTS = 16;

/** @param {import('./contenders.mjs').Contender[]} contenders */
export async function warmUp(contenders) {
  for (const { request } of contenders) await load(REQUESTS, CLIENTS, request);
}
