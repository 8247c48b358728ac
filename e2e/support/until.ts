import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until the answer is there (not undefined); rejects when `timeoutMs` pass without. */
export async function until<Result>(ask: () => Promise<Result | undefined>, timeoutMs = 40_000): Promise<Result> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await ask();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${timeoutMs} ms: ${ask.toString()}`);
    await pause(30);
  }
}
