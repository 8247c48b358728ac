import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { ProviderImage } from '../image-provider.js';
import { PROVIDER_ERROR_CATEGORIES, ProviderError, type ProviderErrorCategory } from '../provider-error.js';
import { giveUp } from './give-up.js';
import { MISHAP_OUTCOMES } from './mishap-outcomes.js';
import { RecordedLog } from './recorded-log.js';

/** What a fault of a vendor has to become, as far as it is looked at. */
export interface ExpectedFailure {
  readonly category: ProviderErrorCategory;
  readonly httpStatus?: number;
  readonly providerCode?: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly message?: unknown;
}

/**
 * - delivered: bytes that only whoever decodes them can tell from an image
 * - endless: nothing comes, so it ends when its caller's patience does
 */
export type FaultOutcome = 'delivered' | 'endless' | ExpectedFailure;

/** A fake of a vendor, as far as it is made to fail. */
export interface FailingVendor {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly imageRequests: number;
  failAlways(fault: string): void;
  reset(): void;
}

export interface ProviderFailuresSubject {
  readonly vendor: () => FailingVendor;
  /** Makes an image with the vendor at this origin. */
  readonly generateAt: (origin: string, signal: AbortSignal) => Promise<ProviderImage>;
  /** Every fault that the vendor has. */
  readonly faults: readonly string[];
  readonly outcomes: Readonly<Record<string, FaultOutcome>>;
  /** Keys, prompts and the vendor's own words: neither people nor logs are told them. */
  readonly secrets: RegExp;
}

/** What every vendor's fake has to be able to do to us, since every server can. */
const FAULTS_OF_ANYBODY = Object.keys(MISHAP_OUTCOMES);

const NOBODY = 'http://127.0.0.1:1';

const never = (): AbortSignal => new AbortController().signal;

/** What every adapter must make of everything that can go wrong, registered as tests of the calling spec. */
export function describeProviderFailures(name: string, subject: ProviderFailuresSubject): void {
  const { vendor, generateAt, faults, outcomes, secrets } = subject;

  describe(`${name} and everything that can go wrong`, () => {
    const log = new RecordedLog();
    beforeEach(() => log.start());
    afterEach(() => {
      log.stop();
      vendor().reset();
    });

    it('is tried with every fault of the vendor, of anybody, and of each category', () => {
      expect(Object.keys(outcomes).sort()).toEqual([...faults].sort());
      expect(faults).toEqual(expect.arrayContaining(FAULTS_OF_ANYBODY));
      const categories = Object.values(outcomes).flatMap((outcome) =>
        typeof outcome === 'string' ? [] : outcome.category,
      );
      expect([...new Set(categories)].sort()).toEqual([...PROVIDER_ERROR_CATEGORIES].sort());
    });

    it.each(Object.entries(outcomes))('%s', async (fault, outcome) => {
      vendor().failAlways(fault);
      const controller = new AbortController();
      const work = generateAt(vendor().origin, controller.signal);
      if (outcome === 'endless') void giveUp(controller, () => vendor().imageRequests > 0);
      if (outcome === 'delivered') {
        expect((await work).bytes.length).toBeGreaterThan(0);
        return;
      }
      const error = await reasonOf(work);
      expect(error).toMatchObject(outcome === 'endless' ? { category: 'timeout' } : outcome);
      // One order, whatever happened: to place another is the queue's decision.
      expect(vendor().imageRequests).toBe(1);
      expect(inspect(error, { depth: 20, showHidden: true }) + log.entries.join()).not.toMatch(secrets);
      // Whoever called it off knows; for all else there is a line.
      expect(log.entries.join()).toMatch(outcome === 'endless' ? /^$/ : `category: '${error.category}'`);
    });

    const addresses: [string, () => string, Partial<ExpectedFailure>][] = [
      ['where nobody is', () => NOBODY, { retryable: true, providerCode: 'ECONNREFUSED' }],
      ['that must not be reached', () => 'http://127.0.0.2:1', { retryable: false }],
      ['that does not speak TLS', () => vendor().origin.replace('http:', 'https:'), { retryable: false }],
    ];

    it.each(addresses)('an address %s', async (_, origin, expected) => {
      const error = await reasonOf(generateAt(origin(), never()));
      expect(error).toMatchObject({ category: 'provider_unavailable', ...expected });
    });

    it('reads 300 MB no further than an image can be large, without growing', async () => {
      vendor().failAlways('huge');
      const before = process.memoryUsage().rss;
      let peak = before;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 1);
      try {
        for (let index = 0; index < 5; index += 1) await reasonOf(generateAt(vendor().origin, never()));
      } finally {
        clearInterval(watch);
      }
      expect((peak - before) / 1024 / 1024).toBeLessThan(100);
    });
  });
}

async function reasonOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error(`Expected a ProviderError, got ${inspect(error)}`);
  return error;
}
