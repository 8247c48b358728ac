import type { Clock } from '../time/index.js';
import { type Claim, type Counted, type Counts, type Standing, WINDOW_MS, exceeds } from './counts.js';

/** Callers that are remembered at once; beyond them the ones who came first begin anew. */
const CALLERS_MAX = 100_000;

interface Window {
  requests: number;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** Counts the requests of this process alone. */
export class MemoryCounts implements Counts {
  /** In the order of their ends, since all windows are as long. */
  readonly #windows = new Map<string, Window>();
  readonly #places = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  take(claims: readonly Claim[]): Promise<Counted> {
    const standings = this.#countAll(claims);
    const counted = areAllowed(claims, standings)
      ? this.#hold(claims, standings)
      : { standings, release: () => undefined };
    return Promise.resolve(counted);
  }

  /** As {@link take}, but where any claim would exceed what is allowed, nothing is counted, and undefined is returned. */
  takeIfAllowed(claims: readonly Claim[]): Counted | undefined {
    const standings = this.#countAll(claims);
    if (areAllowed(claims, standings)) return this.#hold(claims, standings);
    for (const { key } of claims) {
      const window = this.#windows.get(key);
      if (window) window.requests -= 1;
    }
    return undefined;
  }

  #countAll(claims: readonly Claim[]): Standing[] {
    const nowMs = this.clock.now();
    return claims.map(({ key }) => this.#count(key, nowMs));
  }

  #hold(claims: readonly Claim[], standings: readonly Standing[]): Counted {
    for (const { key } of claims) this.#places.set(key, (this.#places.get(key) ?? 0) + 1);
    return { standings, release: () => this.#leave(claims) };
  }

  #count(key: string, nowMs: number): Standing {
    const window = this.#windowOf(key, nowMs);
    window.requests += 1;
    return { requests: window.requests, resetMs: window.endsAt - nowMs, others: this.#places.get(key) ?? 0 };
  }

  #windowOf(key: string, nowMs: number): Window {
    const known = this.#windows.get(key);
    if (known && isOpen(known, nowMs)) return known;
    this.#windows.delete(key);
    for (const [oldest, window] of this.#windows) {
      if (isOpen(window, nowMs) && this.#windows.size < CALLERS_MAX) break;
      this.#windows.delete(oldest);
    }
    const window = { requests: 0, endsAt: nowMs + WINDOW_MS };
    this.#windows.set(key, window);
    return window;
  }

  #leave(claims: readonly Claim[]): void {
    for (const { key } of claims) {
      const rest = (this.#places.get(key) ?? 1) - 1;
      if (rest > 0) this.#places.set(key, rest);
      else this.#places.delete(key);
    }
  }
}

/** A clock that was set back must not keep a window open for hours. */
const isOpen = ({ endsAt }: Window, nowMs: number): boolean => nowMs < endsAt && endsAt - nowMs <= WINDOW_MS;

const areAllowed = (claims: readonly Claim[], standings: readonly Standing[]): boolean =>
  claims.every(({ allowance }, index) => {
    const standing = standings[index];
    return standing === undefined || exceeds(allowance, standing) === undefined;
  });
