import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { Transactions } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { ProviderAttempt } from './provider-attempt.entity.js';
import type { ProviderErrorCategory } from './provider-error.js';

const REQUEST_ID_MAX_LENGTH = 200;

/** A call that is about to be made, for an item under one claim of it. */
export type NewCall = Readonly<Pick<ProviderAttempt, 'itemId' | 'fence' | 'ordinal' | 'provider'>>;

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
    await tx.insert(ProviderAttempt, { id, ...call, state: 'STARTED', startedAt });
    return id;
  }

  /** Records how a call ended. An end that is heard of late replaces an unknown one. */
  async end(tx: EntityManager, { id, providerRequestId, ...end }: CallEnd): Promise<void> {
    await tx.update(
      ProviderAttempt,
      { id, state: In(['STARTED', 'UNKNOWN']) },
      { ...end, providerRequestId: providerRequestId?.slice(0, REQUEST_ID_MAX_LENGTH) },
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

  /** How often providers were called for these items. */
  async count(itemIds: readonly string[], manager: EntityManager = this.dataSource.manager): Promise<number> {
    return itemIds.length === 0 ? 0 : manager.countBy(ProviderAttempt, { itemId: In([...itemIds]) });
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
}
