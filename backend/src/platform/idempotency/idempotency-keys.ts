import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, LessThan } from 'typeorm';
import { Transactions, isUniqueViolation } from '../database/index.js';
import { DomainError } from '../errors/index.js';
import { Clock } from '../time/index.js';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';

/** How long a repetition finds what the first request made. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1_000;

/** A request that the caller has given a name. */
export interface KeyedRequest {
  /** Who asks: the same key of somebody else is another key. */
  readonly principal: string;
  /** For example `POST /api/v1/studio/generate`. */
  readonly route: string;
  readonly key: string;
  /** The parsed body. */
  readonly body: unknown;
}

export interface Outcome {
  readonly resultId: string;
  /** Whether the result is that of an earlier request under the same key. */
  readonly isReplay: boolean;
}

/** Carries a request out once, however often and however simultaneously it is sent. Refusals leave nothing behind. */
@Injectable()
export class IdempotencyKeys {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @returns what an earlier request under this key made, if there was one
   * @throws DomainError `request.idempotency_conflict` when that request had another body
   */
  async find(request: KeyedRequest): Promise<string | undefined> {
    const row = await this.dataSource.manager.findOneBy(IdempotencyKeyRow, { hash: hashOf(request) });
    if (!row) return undefined;
    if (row.fingerprint === fingerprintOf(request)) return row.resultId;
    throw new DomainError(
      'request.idempotency_conflict',
      'invalid',
      'This Idempotency-Key was used for a request with another body. Nothing was done and nothing was charged.',
    );
  }

  /**
   * Runs the work in one transaction with the key that names it.
   * @param request undefined for a request without a key, which is simply carried out
   * @param resultId names what the work will have made
   */
  async runOnce(
    request: KeyedRequest | undefined,
    resultId: string,
    work: (tx: EntityManager) => Promise<void>,
  ): Promise<Outcome> {
    const earlier = request && (await this.find(request));
    if (earlier !== undefined) return { resultId: earlier, isReplay: true };
    try {
      await this.transactions.run(async (tx) => {
        if (request) await this.#remember(tx, request, resultId);
        await work(tx);
      });
      return { resultId, isReplay: false };
    } catch (error) {
      // Somebody sent the same request at the same time and was faster.
      const winner = request && isUniqueViolation(error) ? await this.find(request) : undefined;
      if (winner === undefined) throw error;
      return { resultId: winner, isReplay: true };
    }
  }

  /** Forgets the keys that are past their retention. @returns how many */
  async prune(): Promise<number> {
    const { affected } = await this.transactions.run((tx) =>
      tx.delete(IdempotencyKeyRow, { expiresAt: LessThan(this.clock.now()) }),
    );
    return affected ?? 0;
  }

  async #remember(tx: EntityManager, request: KeyedRequest, resultId: string): Promise<void> {
    const createdAt = this.clock.now();
    await tx.insert(IdempotencyKeyRow, {
      hash: hashOf(request),
      fingerprint: fingerprintOf(request),
      resultId,
      createdAt,
      expiresAt: createdAt + RETENTION_MS,
    });
  }
}

function hashOf({ principal, route, key }: KeyedRequest): string {
  return sha256(JSON.stringify([principal, route, key]));
}

function fingerprintOf({ body }: KeyedRequest): string {
  return sha256(JSON.stringify(body));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
