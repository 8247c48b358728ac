/** Longest that a call may take to reach a fake vendor on this machine. */
const ARRIVAL_MS = 60_000;

const PATIENCE_MS = 100;

/**
 * Ends what never ends, as a caller does whose time is up, but not before it has reached the vendor.
 * @param hasArrived whether it has
 */
export async function giveUp(controller: AbortController, hasArrived: () => boolean): Promise<void> {
  const deadline = Date.now() + ARRIVAL_MS;
  while (!hasArrived() && Date.now() < deadline) await new Promise(setImmediate);
  setTimeout(() => controller.abort(new DOMException('Too late', 'TimeoutError')), PATIENCE_MS);
}
