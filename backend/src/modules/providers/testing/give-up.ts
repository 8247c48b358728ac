const PATIENCE_MS = 100;

/**
 * Ends what never ends, as a caller does whose time is up, but not before it has reached the vendor.
 * @param hasArrived whether it has
 */
export async function giveUp(controller: AbortController, hasArrived: () => boolean): Promise<void> {
  while (!hasArrived()) await new Promise(setImmediate);
  setTimeout(() => controller.abort(new DOMException('Too late', 'TimeoutError')), PATIENCE_MS);
}
