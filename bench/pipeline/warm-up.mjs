import { load } from '../statistics.mjs';

/**
 * So many requests, one contender after the other, before anything is measured. An engine compiles what is called often
 * anew, and better; a server that makes its first hundred images takes half as long again for each as one that is at work.
 */
const REQUESTS = 400;
const CLIENTS = 16;

/** @param {import('./contenders.mjs').Contender[]} contenders */
export async function warmUp(contenders) {
  for (const { request } of contenders) await load(REQUESTS, CLIENTS, request);
}
