import { Inject, Injectable } from '@nestjs/common';
import type { GenerateRequest, Generation } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { insertRows } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors/index.js';
import { IdempotencyKeys, type KeyedRequest } from '../../platform/idempotency/index.js';
import type { Actor } from '../auth/index.js';
import { CreditLedger } from '../credits/index.js';
import { ApiKeyLimits } from './api-key-limits.js';
import { CanceledItems } from './items/canceled-items.js';
import { GenerationEvents } from './events/generation-events.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { GenerationPlanner } from './generation-planner.js';
import { GenerationReader } from './generation-reader.js';
import { GenerationWatch, type GenerationWatcher } from './events/generation-watch.js';
import { GenerationRow } from './generation.entity.js';
import { ItemQueue } from './items/item-queue.js';
import { roomInQueue } from './queue/queue-limits.js';
import { canceled } from './studio.errors.js';
import { WakeUps } from './queue/wake-ups/index.js';

/** Hard limit after which held credits are given back, whatever has become of the work. */
const HOLD_TTL_MS = 24 * 60 * 60 * 1_000;

export interface AcceptedGeneration {
  readonly id: string;
  /** Whether it is that of an earlier request under the same Idempotency-Key. */
  readonly isReplay: boolean;
}

/** One that is watched since before anybody could begin with it. */
export interface WatchedGeneration extends AcceptedGeneration {
  /** Missing for that of an earlier request. To be given to {@link StudioService.wait}, which ends it. */
  readonly watcher?: GenerationWatcher;
}

/** From a prompt to an image that is paid for. */
@Injectable()
export class StudioService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys,
    @Inject(GenerationPlanner) private readonly planner: GenerationPlanner,
    @Inject(ApiKeyLimits) private readonly keyLimits: ApiKeyLimits,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(GenerationEvents) private readonly events: GenerationEvents,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(CanceledItems) private readonly canceledItems: CanceledItems,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(GenerationReader) private readonly reader: GenerationReader,
    @Inject(GenerationWatch) private readonly watch: GenerationWatch,
  ) {}

  /**
   * Accepts a generation: freezes its price, sets the credits aside and queues its items, all of it or nothing.
   * @param idempotencyKey repeats of the same request under the same key find the first one's generation
   * @throws DomainError `storage.full` when the disk is nearly full: nothing new is begun that could not be stored
   * @throws InsufficientCreditsError and `studio.queue_full` before any provider or enhancer is called
   */
  async generate(user: Actor, request: GenerateRequest, idempotencyKey?: string): Promise<AcceptedGeneration> {
    const { watcher, ...accepted } = await this.generateWatched(user, request, idempotencyKey);
    watcher?.end();
    return accepted;
  }

  /** The same, for whoever waits for the end of it. */
  async generateWatched(user: Actor, request: GenerateRequest, idempotencyKey?: string): Promise<WatchedGeneration> {
    const keyed = idempotencyKey === undefined ? undefined : keyedGenerate(user, request, idempotencyKey);
    // Looked for first: a repetition finds its generation whatever prices and providers have become since.
    const earlier = keyed && (await this.keys.find(keyed));
    if (earlier !== undefined) return { id: earlier, isReplay: true };

    const { generation, items, priceVersion } = await this.planner.plan(user, request);
    const submitted = { change: 'submitted', userId: user.id, generationId: generation.id } as const;
    const watcher = this.watch.watch({ userId: user.id, generationId: generation.id });
    try {
      const { resultId, isReplay } = await this.keys.runOnce(keyed, generation.id, async (tx) => {
        await insertRows(tx, GenerationRow, [generation]);
        await insertRows(tx, GenerationItem, items);
        await this.ledger.hold(tx, {
          userId: user.id,
          generationId: generation.id,
          itemIds: items.map(({ id }) => id),
          amountEach: generation.priceEach,
          priceVersion,
          ttlMs: HOLD_TTL_MS,
        });
        await this.keyLimits.assertWithin(tx, user);
        this.events.recordSubmitted(tx, submitted, roomInQueue(tx, user.id));
      });
      if (isReplay) {
        watcher.end();
        return { id: resultId, isReplay };
      }
      this.events.announce(submitted);
      this.wakeUps.announce(items.map(({ id }) => ({ id, fence: 0 })));
      return { id: resultId, isReplay, watcher };
    } catch (error) {
      watcher.end();
      throw error;
    }
  }

  /** @throws `studio.generation_not_found` also for somebody else's */
  get(user: Actor, id: string): Promise<Generation> {
    return this.reader.get(user.id, id);
  }

  /**
   * Waits until the generation is finished or the time is up, and returns it as it is then.
   * @param watched has been watching since before it could be finished, so that only what it hears has to be looked at
   */
  async wait(user: Actor, id: string, waitMs: number, watched?: GenerationWatcher): Promise<Generation> {
    const deadline = performance.now() + waitMs;
    const watcher = watched ?? this.watch.watch({ userId: user.id, generationId: id });
    try {
      let [restMs, isWorthALook] = [waitMs, watched === undefined];
      while (restMs > 0 && !this.watch.isStopping) {
        const generation = isWorthALook ? await this.reader.finished(user.id, id) : undefined;
        if (generation) return generation;
        isWorthALook = await watcher.news(restMs);
        restMs = deadline - performance.now();
      }
    } finally {
      watcher.end();
    }
    return this.get(user, id);
  }

  /** Cancels what is not finished: images that are there already stay and stay charged. */
  async cancel(user: Actor, id: string): Promise<Generation> {
    await this.get(user, id);
    const itemIds = await this.queue.cancel(id, { type: 'user', id: String(user.id) });
    this.canceledItems.announce(itemIds);
    return this.get(user, id);
  }

  /** @throws DomainError the failure of a generation that delivered nothing */
  async assertDelivered(generation: Generation): Promise<void> {
    if (generation.status === 'canceled') throw withGeneration(canceled(), generation.id);
    if (generation.status !== 'failed' || !generation.error) return;
    const { code, detail, retryable } = generation.error;
    const item = await this.dataSource.manager.findOneBy(GenerationItem, {
      generationId: generation.id,
      state: 'FAILED',
    });
    throw new DomainError(code, item?.errorKind ?? 'upstream_failed', detail, {
      retryable,
      generationId: generation.id,
    });
  }
}

function withGeneration(error: DomainError, generationId: string): DomainError {
  return new DomainError(error.code, error.kind, error.message, { retryable: error.retryable, generationId });
}

function keyedGenerate(user: Actor, body: GenerateRequest, key: string): KeyedRequest {
  return { principal: `user:${user.id}`, route: 'POST /api/v1/studio/generate', key, body };
}
