import { setTimeout as sleep } from 'node:timers/promises';

/** Some eight seconds in all: the time that a database or a store takes to come back when it is restarted. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000];

/**
 * Carries a step out, and again while it fails for a reason that passes.
 * @param signal ends the patience: the step is not tried again
 * @throws whatever the last try failed with
 */
export async function persistently<Result>(
  step: () => Promise<Result>,
  isPassing: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<Result> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error) || !(await pause(pauseMs, signal))) throw error;
    }
  }
  return step();
}

/** @returns false when the signal cut it short */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
