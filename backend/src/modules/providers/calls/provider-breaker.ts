import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactions, execute, isUniqueViolation } from '../../../platform/database/index.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { BREAKER_LIMITS, type BreakerLimits, HELD_AGAINST } from './breaker-limits.js';
import { type CallEnd, ProviderAttempts } from './provider-attempts.js';
import { ProviderBreakerRow } from './provider-breaker.entity.js';

/** How long a process may act on what it read. Other processes' findings arrive so late at most. */
const KNOWN_FOR_MS = 1_000;

/** While somebody probes, the others ask again after so long. */
const ASK_AGAIN_MS = 5_000;

/** The permission to make one call. */
export interface Admission {
  readonly provider: string;
  /** Version of the breaker under which this call probes; undefined for an ordinary call. */
  readonly probe: number | undefined;
}

/** The provider may not be called now. Nobody is to blame and nothing was tried. */
export class ProviderRestingError extends Error {
  override readonly name = 'ProviderRestingError';

  constructor(
    provider: string,
    /** Milliseconds until it may be asked for again. */
    readonly pauseMs: number,
  ) {
    super(`${provider} is left alone for a while`);
  }
}

/** As it is before anybody has failed. */
const CLOSED = { state: 'CLOSED', version: 0, trips: 0, tryAt: 0, countsFrom: 0 } as const;

type Change = Partial<Omit<ProviderBreakerRow, 'provider' | 'version'>>;

/**
 * Leaves a provider alone that does not work, so that nobody waits for it and it can recover. The state is in the
 * database and every change names the version that it was decided on: of any number of processes one makes it.
 */
@Injectable()
export class ProviderBreaker implements OnModuleInit {
  readonly #logger = new Logger(ProviderBreaker.name);
  #rows: Remembered<ProviderBreakerRow[]>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(ProviderAttempts) private readonly attempts: ProviderAttempts,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(BREAKER_LIMITS) private readonly limits: BreakerLimits,
  ) {
    this.#rows = this.#remembered();
  }

  onModuleInit(): void {
    this.metrics.gauge('atelier_provider_resting', '1 while a provider is left alone, because it failed.', async () => {
      const [rows, resting] = await Promise.all([this.#rows.get(), this.resting()]);
      return rows.map(({ provider }) => ({ labels: { provider }, value: resting.has(provider) ? 1 : 0 }));
    });
  }

  /** Providers that may not be called now, with the milliseconds until one may try. */
  async resting(): Promise<ReadonlyMap<string, number>> {
    const now = this.clock.now();
    const rows = await this.#rows.get();
    return new Map(
      rows
        .filter(({ state, tryAt }) => state !== 'CLOSED' && tryAt > now)
        .map((row) => [row.provider, pauseMs(row, now)]),
    );
  }

  /**
   * Admits ordinary calls to providers that nothing is known against; `ended` must be told of each that is made use of.
   * @returns the admission to a provider; undefined where `admit` has to be asked
   */
  async ordinaryAdmissions(): Promise<(provider: string) => Admission | undefined> {
    const rows = await this.#rows.get();
    return (provider) => {
      const known = rows.find((row) => row.provider === provider);
      return known === undefined || known.state === 'CLOSED' ? { provider, probe: undefined } : undefined;
    };
  }

  /**
   * Asks whether a call may be made; `ended` must be told of it in any case.
   * @throws ProviderRestingError
   */
  async admit(provider: string): Promise<Admission> {
    const ordinary = (await this.ordinaryAdmissions())(provider);
    if (ordinary) return ordinary;
    const row = await this.dataSource.manager.findOneByOrFail(ProviderBreakerRow, { provider });
    if (row.state === 'CLOSED') return { provider, probe: undefined };
    const now = this.clock.now();
    const isMine =
      row.tryAt <= now && (await this.#change(row, { state: 'PROBING', tryAt: now + this.limits.probeMs }));
    if (isMine) return { provider, probe: row.version + 1 };
    throw new ProviderRestingError(provider, row.tryAt <= now ? ASK_AGAIN_MS : pauseMs(row, now));
  }

  /** @param end what came of the call, as it was recorded; undefined when it was not made after all */
  async ended({ provider, probe }: Admission, end: CallEnd | undefined): Promise<void> {
    const isHeldAgainst = end?.category !== undefined && HELD_AGAINST.includes(end.category);
    if (probe !== undefined) await this.#probed(provider, probe, end, isHeldAgainst);
    else if (isHeldAgainst) await this.#openIfFailing(provider);
  }

  /** Lets transactions for a provider through one by one, until they end. */
  async lock(tx: EntityManager, provider: string): Promise<void> {
    // As a rule the row is there.
    const locked = await execute(tx, 'UPDATE provider_breaker SET version = version WHERE provider = ?', [provider]);
    if (locked === 1) return;
    const row = { provider, ...CLOSED };
    await tx
      .createQueryBuilder()
      .insert()
      .into(ProviderBreakerRow)
      .values(row)
      .orUpdate(['provider'], ['provider'])
      .execute();
  }

  async #probed(provider: string, version: number, end: CallEnd | undefined, isHeldAgainst: boolean): Promise<void> {
    const row = await this.dataSource.manager.findOneByOrFail(ProviderBreakerRow, { provider });
    if (row.version !== version) return;
    const now = this.clock.now();
    if (isHeldAgainst) await this.#open(row);
    // Called off: nothing was found out, and whoever comes next may try.
    else if (end === undefined || end.state === 'UNKNOWN') await this.#change(row, { state: 'OPEN', tryAt: now });
    else if (await this.#change(row, { state: 'CLOSED', trips: 0, countsFrom: now })) {
      this.#logger.log({ provider }, 'A provider answers again');
    }
  }

  async #openIfFailing(provider: string): Promise<void> {
    const row = await this.#find(provider);
    if (row.state !== 'CLOSED') return;
    const since = Math.max(row.countsFrom, this.clock.now() - this.limits.windowMs);
    const categories = await this.attempts.lastCategories(provider, since, this.limits.calls);
    const failures = categories.filter((category) => category !== null && HELD_AGAINST.includes(category)).length;
    if (failures >= this.limits.failures) await this.#open(row);
  }

  async #open(row: ProviderBreakerRow): Promise<void> {
    const { provider, trips } = row;
    const restMs = Math.min(this.limits.restMs * 2 ** trips, this.limits.longestRestMs);
    const tryAt = this.clock.now() + restMs;
    if (await this.#change(row, { state: 'OPEN', tryAt, trips: trips + 1 })) {
      this.#logger.warn({ provider, restMs }, 'A provider does not work and is left alone for a while');
    }
  }

  async #find(provider: string): Promise<ProviderBreakerRow> {
    const row = await this.dataSource.manager.findOneBy(ProviderBreakerRow, { provider });
    if (row) return row;
    try {
      await this.transactions.run((tx) => tx.insert(ProviderBreakerRow, { provider, ...CLOSED }));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return this.dataSource.manager.findOneByOrFail(ProviderBreakerRow, { provider });
  }

  /** @returns whether the breaker still was as it was seen */
  async #change({ provider, version }: ProviderBreakerRow, change: Change): Promise<boolean> {
    const { affected } = await this.transactions.run((tx) =>
      tx.update(ProviderBreakerRow, { provider, version }, { ...change, version: version + 1 }),
    );
    this.#rows = this.#remembered();
    return affected === 1;
  }

  #remembered(): Remembered<ProviderBreakerRow[]> {
    return new Remembered(this.clock, KNOWN_FOR_MS, () => this.dataSource.manager.find(ProviderBreakerRow));
  }
}

/** A probe may end at any moment, whatever patience there is with it. */
function pauseMs({ state, tryAt }: ProviderBreakerRow, now: number): number {
  return state === 'PROBING' ? Math.min(tryAt - now, ASK_AGAIN_MS) : tryAt - now;
}
