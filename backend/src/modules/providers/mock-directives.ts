import { setTimeout as wait } from 'node:timers/promises';
import { PROVIDER_ERROR_CATEGORIES, ProviderError, type ProviderErrorCategory } from './provider-error.js';
import { workStopped } from './work-stopped.js';

const MAX_DELAY_MS = 600_000;

export const MOCK_BODIES = ['truncated', 'html', 'empty', 'bomb', 'wrong_count'] as const;
export type MockBody = (typeof MOCK_BODIES)[number];

/** What a prompt tells the mocks to act out. A directive with a value that is not known is plain text. */
export interface MockDirectives {
  readonly fail: ProviderErrorCategory | undefined;
  readonly delayMs: number;
  readonly body: MockBody | undefined;
}

/** What the mocks obey unless directives are switched on: text that people type must not break a real installation. */
export const NO_DIRECTIVES: MockDirectives = { fail: undefined, delayMs: 0, body: undefined };

/** Reads `[mock:fail=CATEGORY]`, `[mock:delay=MS]` and `[mock:body=KIND]`; the first of each kind counts. */
export function readMockDirectives(prompt: string): MockDirectives {
  const value = (name: string): string | undefined =>
    new RegExp(`\\[mock:${name}=([a-z0-9_]{1,40})\\]`).exec(prompt)?.[1];
  const delay = value('delay') ?? '';
  return {
    fail: PROVIDER_ERROR_CATEGORIES.find((category) => category === value('fail')),
    delayMs: /^\d+$/.test(delay) ? Math.min(Number(delay), MAX_DELAY_MS) : 0,
    body: MOCK_BODIES.find((body) => body === value('body')),
  };
}

/** Waits as long as the directives say, then fails if they say so. */
export async function actOut(directives: MockDirectives, signal: AbortSignal): Promise<void> {
  if (directives.delayMs > 0) {
    try {
      await wait(directives.delayMs, undefined, { signal });
    } catch {
      // The wait rejects for no other reason than the signal.
      throw workStopped(signal);
    }
  }
  if (directives.fail !== undefined) throw new ProviderError(directives.fail);
}
