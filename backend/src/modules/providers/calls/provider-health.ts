import { Inject, Injectable } from '@nestjs/common';
import { type ProviderErrorCategory, type ProviderHealthState, TIERS, type Tier } from '@atelier/contracts';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { IMAGE_PROVIDER_KEYS } from '../../studio-settings/index.js';
import { type FinishedCall, ProviderAttempts } from './provider-attempts.js';
import { ProviderBreaker } from './provider-breaker.js';
import { ProviderError } from '../provider-error.js';

/** How far back a provider's calls are looked at, and how many of them. */
const WINDOW_MS = 24 * 60 * 60_000;
const CALLS = 200;

/** How old what is known may be for those who ask for each request. */
const KNOWN_FOR_MS = 2_000;

/** So long `auto` would rather not try again a vendor that refused our account: nothing heals that but an administrator. */
const ACCOUNT_TROUBLE_MS = 60_000;
const ACCOUNT_TROUBLE: readonly ProviderErrorCategory[] = ['auth_failed', 'quota_exhausted'];

/** Failures that say nothing about the provider, but about what was asked of it. */
const THE_REQUESTS_FAULT: readonly ProviderErrorCategory[] = ['content_rejected'];

/** So many images in a row that took more than twice the usual, of so many that are known, make a provider slow. */
const SLOW_IMAGES = 3;
const SLOW_TIMES = 2;
const SLOW_KNOWN_MIN = 10;

/** How a provider has done in the last day. */
export interface Health {
  /** `failing`: its last call failed. `unknown`: nobody called it. */
  readonly state: ProviderHealthState;
  /** Until when it is left alone; null when it is not. */
  readonly restingUntil: number | null;
  /** Null when it has delivered since. */
  readonly lastError: {
    readonly category: ProviderErrorCategory;
    readonly message: string;
    readonly at: number;
  } | null;
  /** Median milliseconds of a call; null where nothing was delivered. */
  readonly medianMs: Readonly<Record<Tier, number | null>>;
  /** Whether its last images took much longer than it usually takes. */
  readonly isSlow: boolean;
}

/** How the providers do, by the record of the calls that all processes made. */
@Injectable()
export class ProviderHealth {
  readonly #known: Remembered<ReadonlyMap<string, Health>>;

  constructor(
    @Inject(ProviderAttempts) private readonly attempts: ProviderAttempts,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#known = new Remembered(clock, KNOWN_FOR_MS, () => this.read());
  }

  /** Of every image provider, as it was a moment ago at most. */
  current(): Promise<ReadonlyMap<string, Health>> {
    return this.#known.get();
  }

  /** Of every image provider, as it is now. */
  async read(): Promise<ReadonlyMap<string, Health>> {
    const resting = await this.breaker.resting();
    const now = this.clock.now();
    const entries = IMAGE_PROVIDER_KEYS.map(async (provider) => {
      const calls = await this.attempts.lastFinished(provider, now - WINDOW_MS, CALLS);
      const pauseMs = resting.get(provider);
      return [provider, healthOf(calls, pauseMs === undefined ? null : now + pauseMs)] as const;
    });
    return new Map(await Promise.all(entries));
  }

  /** Those whose vendor has just refused our account. */
  async inTrouble(): Promise<ReadonlySet<string>> {
    const since = this.clock.now() - ACCOUNT_TROUBLE_MS;
    const troubled = [...(await this.current())].filter(
      ([, { lastError }]) => lastError && lastError.at >= since && ACCOUNT_TROUBLE.includes(lastError.category),
    );
    return new Set(troubled.map(([provider]) => provider));
  }
}

/** @param calls the newest first */
function healthOf(calls: readonly FinishedCall[], restingUntil: number | null): Health {
  const telling = calls.filter(({ category }) => category === null || !THE_REQUESTS_FAULT.includes(category));
  const [last] = telling;
  const lastError =
    last?.state === 'FAILED' && last.category
      ? {
          category: last.category,
          message: last.detail ?? new ProviderError(last.category).message,
          at: last.finishedAt,
        }
      : null;
  const delivered = calls.filter(({ state }) => state === 'SUCCEEDED');
  const medianOf = (tier: Tier): number | null =>
    median(delivered.filter((call) => call.tier === tier).map(durationOf));
  const medianMs = Object.fromEntries(TIERS.map((tier) => [tier, medianOf(tier)])) as Record<Tier, number | null>;
  return {
    state: restingUntil !== null ? 'resting' : lastError ? 'failing' : last ? 'ok' : 'unknown',
    restingUntil,
    lastError,
    medianMs,
    isSlow: isSlow(delivered, medianMs),
  };
}

function isSlow(delivered: readonly FinishedCall[], medianMs: Health['medianMs']): boolean {
  if (delivered.length < SLOW_KNOWN_MIN) return false;
  return delivered.slice(0, SLOW_IMAGES).every((call) => {
    const usual = call.tier && medianMs[call.tier];
    return usual !== null && durationOf(call) > usual * SLOW_TIMES;
  });
}

const durationOf = ({ startedAt, finishedAt }: FinishedCall): number => finishedAt - startedAt;

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
