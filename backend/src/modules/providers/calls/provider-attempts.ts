import { Inject, Injectable } from '@nestjs/common';
import type { Tier } from '@atelier/contracts';
import { DataSource, type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { newId } from '../../../platform/crypto/index.js';
import { Transactions, execute, findRows } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ProviderAttempt } from './provider-attempt.entity.js';
import type { ProviderErrorCategory } from '../provider-error.js';
import { type AcceptedWork, type CallOfItem, resumableWork, unheardWork } from './accepted-work.js';

const REQUEST_ID_MAX_LENGTH = 200;
const DETAIL_MAX_LENGTH = 500;

/** Delivered, or ended in a way that a vendor may have worked for. */
const MAY_BE_BILLED = `(call.state IN ('SUCCEEDED', 'UNKNOWN') OR call.category IN ('timeout', 'bad_response'))`;

/** Has left its work to a later call, which tells what it came to. Most calls have none, and nothing is looked up for them. */
const IS_RESUMED =
  '(call.acceptedHandle IS NOT NULL AND EXISTS (SELECT 1 FROM provider_attempt later WHERE later.item_id = call.itemId' +
  ' AND later.accepted_handle = call.acceptedHandle AND later.fence > call.fence ))';

/** A call that is about to be made, for an item under one claim of it. */
export type NewCall = Readonly<Pick<ProviderAttempt, 'itemId' | 'fence' | 'ordinal' | 'provider' | 'tier'>> & {
  /** Of accepted work that it goes on with. */
  readonly handle?: string;
};

/** A call whose end has not been recorded. */
export type OpenCall = Readonly<Pick<ProviderAttempt, 'id' | 'itemId' | 'fence'>>;

/** How a call ended, as far as we heard. */
export interface CallEnd {
  readonly id: string;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
  readonly finishedAt: number;
  readonly category?: ProviderErrorCategory;
  readonly providerRequestId?: string;
  readonly httpStatus?: number;
  /** Why it failed, as people are told. */
  readonly detail?: string;
  /** What the vendor asks for it in millionths of a US dollar, also for what was of no use. */
  readonly costMicros?: number;
}

/** A call as far as it tells how a provider does. */
export type FinishedCall = Pick<ProviderAttempt, 'state' | 'category' | 'detail' | 'tier' | 'startedAt'> & {
  readonly finishedAt: number;
};

/** What calls to a provider came to, for images of one tier. */
export interface CallSum {
  readonly provider: string;
  /** Null for calls that were made before this was recorded. */
  readonly tier: Tier | null;
  readonly calls: number;
  readonly delivered: number;
  /** Sum of what is known. */
  readonly costMicros: number;
  /** Calls that may have been billed, at a cost that nobody told. */
  readonly unknownCosts: number;
}

/** The record of every call to a provider. Whose turn it is to make one is for the caller to know. */
@Injectable()
export class ProviderAttempts {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Records a call that is made once the transaction has been committed.
   * @returns the id under which its end is recorded
   * @throws QueryFailedError a unique violation when this very call has been recorded before
   */
  async start(tx: EntityManager, call: NewCall): Promise<string> {
    const startedAt = this.clock.now();
    const id = newId(startedAt);
    const { itemId, fence, ordinal, provider, tier, handle = null } = call;
    await execute(
      tx,
      `INSERT INTO provider_attempt (id, item_id, fence, ordinal, provider, tier, accepted_handle, state, started_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'STARTED', ?)`,
      [id, itemId, fence, ordinal, provider, tier, handle, startedAt],
    );
    return id;
  }

  /**
   * Records that the provider has accepted the work of a call that is under way.
   * @param handle null: the work that it was to go on with is gone
   * @returns false when the call is not under way any more
   */
  async accept(tx: EntityManager, id: string, handle: string | null): Promise<boolean> {
    const accepted = await execute(
      tx,
      `UPDATE provider_attempt SET accepted_handle = ? WHERE id = ? AND state = 'STARTED'`,
      [handle, id],
    );
    return accepted === 1;
  }

  /** What a further call of this provider for the item may go on with. */
  async findResumable(tx: EntityManager, itemId: string, provider: string): Promise<AcceptedWork | undefined> {
    return resumableWork(await this.#callsFor(tx, itemId), provider, this.clock.now());
  }

  /** Work for these items that vendors may still be at. */
  async listUnheard(itemIds: readonly string[]): Promise<AcceptedWork[]> {
    const { manager } = this.dataSource;
    const calls = await Promise.all(itemIds.map((itemId) => this.#callsFor(manager, itemId)));
    return calls.flatMap(unheardWork);
  }

  /** The newest first. */
  #callsFor(manager: EntityManager, itemId: string): Promise<CallOfItem[]> {
    return findRows(manager, ProviderAttempt, 'WHERE item_id = ? ORDER BY fence DESC, ordinal DESC', [itemId]);
  }

  /** Records how a call ended. An end that is heard of late replaces an unknown one. */
  async end(tx: EntityManager, { id, ...end }: CallEnd): Promise<void> {
    const columns = Object.entries({
      state: end.state,
      finished_at: end.finishedAt,
      category: end.category,
      provider_request_id: end.providerRequestId?.slice(0, REQUEST_ID_MAX_LENGTH),
      http_status: end.httpStatus,
      detail: end.detail?.slice(0, DETAIL_MAX_LENGTH),
      cost_micros: end.costMicros,
    }).filter(([, value]) => value !== undefined);
    await execute(
      tx,
      `UPDATE provider_attempt SET ${columns.map(([name]) => `${name} = ?`).join(', ')}
       WHERE id = ? AND state IN ('STARTED', 'UNKNOWN')`,
      [...columns.map(([, value]) => value), id],
    );
  }

  /** Calls whose end has not been recorded, the oldest first. */
  async listOpen(limit: number): Promise<OpenCall[]> {
    return this.dataSource.manager.find(ProviderAttempt, {
      select: { id: true, itemId: true, fence: true },
      where: { state: 'STARTED' },
      order: { startedAt: 'ASC' },
      take: limit,
    });
  }

  /** Gives up waiting for the end of calls. @returns how many of them were still open */
  async markUnknown(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const { affected } = await this.transactions.run((tx) =>
      tx.update(
        ProviderAttempt,
        { id: In([...ids]), state: 'STARTED' },
        { state: 'UNKNOWN', finishedAt: this.clock.now() },
      ),
    );
    return affected ?? 0;
  }

  /**
   * How often providers were called for some items.
   * @param items a statement that selects their ids
   */
  async count(items: string, parameters: readonly unknown[]): Promise<number> {
    const [row] = await this.dataSource.query<{ calls: number | string }[]>(
      `SELECT COUNT(*) AS calls FROM provider_attempt WHERE item_id IN (${items})`,
      [...parameters],
    );
    return Number(row?.calls);
  }

  /** The calls for an item that have ended and delivered nothing, in order. */
  async listVain(itemId: string): Promise<Pick<ProviderAttempt, 'provider' | 'category'>[]> {
    return this.dataSource.manager.find(ProviderAttempt, {
      select: { provider: true, category: true },
      where: { itemId, state: In(['FAILED', 'UNKNOWN']) },
      order: { fence: 'ASC', ordinal: 'ASC' },
    });
  }

  /** How many calls for an item have failed in one of these ways. */
  async countFailed(itemId: string, categories: readonly ProviderErrorCategory[]): Promise<number> {
    return this.dataSource.manager.countBy(ProviderAttempt, { itemId, category: In([...categories]) });
  }

  /** What the last calls of a provider failed for, the newest first; null where they did not. */
  async lastCategories(provider: string, sinceMs: number, limit: number): Promise<(ProviderErrorCategory | null)[]> {
    const calls = await this.dataSource.manager.find(ProviderAttempt, {
      select: { category: true },
      where: { provider, finishedAt: MoreThanOrEqual(sinceMs), state: In(['SUCCEEDED', 'FAILED']) },
      order: { finishedAt: 'DESC' },
      take: limit,
    });
    return calls.map(({ category }) => category);
  }

  /** The last calls of a provider whose end is known, the newest first. */
  async lastFinished(provider: string, sinceMs: number, limit: number): Promise<FinishedCall[]> {
    const calls = await this.dataSource.manager.find(ProviderAttempt, {
      select: { state: true, category: true, detail: true, tier: true, startedAt: true, finishedAt: true },
      where: { provider, finishedAt: MoreThanOrEqual(sinceMs), state: In(['SUCCEEDED', 'FAILED']) },
      order: { finishedAt: 'DESC', id: 'DESC' },
      take: limit,
    });
    return calls.map(({ state, category, detail, tier, startedAt, finishedAt }) => ({
      state,
      category,
      detail,
      tier,
      startedAt,
      finishedAt: finishedAt ?? startedAt,
    }));
  }

  /** Which providers have been called for an item. */
  async providersCalledFor(itemId: string): Promise<Set<string>> {
    const calls = await this.dataSource.manager.find(ProviderAttempt, {
      select: { provider: true },
      where: { itemId },
    });
    return new Set(calls.map(({ provider }) => provider));
  }

  /** What the calls that have ended since then came to, by provider and tier. */
  async sumsSince(sinceMs: number): Promise<CallSum[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(ProviderAttempt, 'call')
      .select('call.provider', 'provider')
      .addSelect('call.tier', 'tier')
      .addSelect('COUNT(*)', 'calls')
      .addSelect(`SUM(CASE WHEN call.state = 'SUCCEEDED' THEN 1 ELSE 0 END)`, 'delivered')
      .addSelect(`SUM(CASE WHEN ${IS_RESUMED} THEN 0 ELSE COALESCE(call.costMicros, 0) END)`, 'costMicros')
      .addSelect(
        `SUM(CASE WHEN call.costMicros IS NULL AND ${MAY_BE_BILLED} AND NOT ${IS_RESUMED} THEN 1 ELSE 0 END)`,
        'unknownCosts',
      )
      .where('call.finishedAt >= :sinceMs', { sinceMs })
      .groupBy('call.provider')
      .addGroupBy('call.tier')
      .orderBy('call.provider')
      .addOrderBy('call.tier')
      .getRawMany<Record<Exclude<keyof CallSum, 'provider' | 'tier'>, unknown> & Pick<CallSum, 'provider' | 'tier'>>();
    // MySQL answers sums as text.
    return rows.map(({ provider, tier, ...sums }) => ({
      provider,
      tier,
      calls: Number(sums.calls),
      delivered: Number(sums.delivered),
      costMicros: Number(sums.costMicros),
      unknownCosts: Number(sums.unknownCosts),
    }));
  }
}
