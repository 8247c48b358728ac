import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findRows, isDatabaseUnavailable } from '../../../platform/database/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { contextOf, inSpan } from '../../../platform/tracing/index.js';
import { ImageThumbnails } from '../../gallery/index.js';
import { ProviderBreaker, ProviderError, ProviderRestingError } from '../../providers/index.js';
import { UnusableImageError } from '../../storage/index.js';
import type { AbortReason } from './abort-reason.js';
import { GenerationRow } from '../generation.entity.js';
import { CallOffs } from './call-offs.js';
import { ItemFallback } from './item-fallback.js';
import { ItemLostError } from './item-lost-error.js';
import { ItemMaker, type ItemWork } from './item-maker.js';
import { type ClaimedItem, ItemClaims, LEASE_MS } from './item-claims.js';
import { ItemQueue } from './item-queue.js';
import { ItemRetries } from './item-retries.js';
import type { StartedItem } from './item-starts.js';
import { persistently } from './persistently.js';
import { interrupted, ourTrouble } from '../studio.errors.js';
import { WakeUps } from '../queue/wake-ups/index.js';

/** Longest that one item may be at work: more than any provider allows itself for an image. */
const DEADLINE_MS = 330_000;

/** Has one claimed item made and settles what came of it: charged, tried again later, or given up. */
@Injectable()
export class ItemWorker {
  readonly #logger = new Logger(ItemWorker.name);
  readonly #running = new Map<string, AbortController>();
  readonly #stopping = new AbortController();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ItemClaims) private readonly claims: ItemClaims,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(ItemMaker) private readonly maker: ItemMaker,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ItemRetries) private readonly retries: ItemRetries,
    @Inject(ItemFallback) private readonly fallback: ItemFallback,
    @Inject(CallOffs) private readonly callOffs: CallOffs,
    @Inject(ImageThumbnails) private readonly thumbnails: ImageThumbnails,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
  ) {}

  /** Stops the work on an item that was canceled. */
  abort(itemId: string): void {
    this.#running.get(itemId)?.abort('lease-lost' satisfies AbortReason);
  }

  /** Whether no item is being made in this process. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Stops everything; the items are put back for the next process. */
  abortAll(): void {
    this.#stopping.abort();
    for (const controller of this.#running.values()) controller.abort('stopping' satisfies AbortReason);
  }

  /** Never rejects: what can't be settled now is settled by whoever claims the item when its lease has run out. */
  async run(item: ClaimedItem, started?: Pick<StartedItem, 'generation' | 'call'>): Promise<void> {
    const controller = new AbortController();
    const { generation, call: begun } = started ?? {};
    const work: ItemWork = { item, signal: controller.signal, begun, generation };
    const deadline = setTimeout(() => controller.abort('deadline' satisfies AbortReason), DEADLINE_MS);
    const heartbeat = setInterval(() => void this.#beat(item, controller), LEASE_MS / 3);
    this.#running.set(item.id, controller);
    try {
      await this.#finish(work);
    } catch (error) {
      await this.#settle(work, error);
    } finally {
      clearTimeout(deadline);
      clearInterval(heartbeat);
      await this.#endAdmission(work);
      this.#running.delete(item.id);
    }
  }

  async #finish(work: ItemWork): Promise<void> {
    const { item } = work;
    const generation = (work.generation ??= await this.#generationOf(item));
    const attributes = {
      'atelier.generation_id': generation.id,
      'atelier.item_id': item.id,
      'atelier.fence': item.fence,
      'atelier.provider': item.provider,
      'atelier.tier': generation.tier,
    };
    await inSpan('item', { attributes, parent: contextOf(generation.traceParent) }, () =>
      this.#makeAndCharge(work, generation),
    );
  }

  async #generationOf({ generationId }: ClaimedItem): Promise<GenerationRow> {
    const [generation] = await this.#persist(() =>
      findRows(this.dataSource.manager, GenerationRow, 'WHERE id = ?', [generationId]),
    );
    if (!generation) throw new Error('An item that was just claimed has no generation');
    return generation;
  }

  async #makeAndCharge(work: ItemWork, generation: GenerationRow): Promise<void> {
    const image = await this.maker.make(work, generation);
    const succeed = (): Promise<boolean> => this.queue.succeed(work.item, image, work.call);
    if (await inSpan('item.succeed', {}, () => this.#persist(succeed))) {
      void this.thumbnails.prepare(image);
      return;
    }
    this.#logger.warn(
      { itemId: work.item.id },
      'An image was finished after its item had been lost; nobody is charged for it',
    );
  }

  async #beat(item: ClaimedItem, controller: AbortController): Promise<void> {
    try {
      if (!(await this.claims.heartbeat(item))) controller.abort('lease-lost' satisfies AbortReason);
    } catch (error) {
      // The lease has two more beats to go; if they fail as well, somebody else takes over and the fence stops us.
      this.#logger.warn({ err: error, itemId: item.id }, 'A heartbeat failed');
    }
  }

  async #settle(work: ItemWork, error: unknown): Promise<void> {
    const { item, signal } = work;
    const reason: unknown = signal.aborted ? signal.reason : undefined;
    if (error instanceof ItemLostError || reason === 'lease-lost') return;
    try {
      if (reason === 'stopping') await this.#putBack(work);
      else if (error instanceof ProviderRestingError) await this.#waitOrHandOver(work, error.pauseMs);
      else {
        const isLate = reason === 'deadline' && work.call?.state !== 'SUCCEEDED';
        await this.#tryAgainOrFail(work, isLate ? new ProviderError('timeout', { cause: error }) : toFailure(error));
      }
    } catch (settling) {
      this.#logger.error(
        { err: settling, itemId: item.id },
        'An item could not be settled; it is taken up again when its lease ends',
      );
    }
  }

  async #tryAgainOrFail({ item, call, generation, handle }: ItemWork, failure: DomainError): Promise<void> {
    const pauseMs = await this.#persist(() => this.retries.pauseMs(item, failure));
    const successor =
      generation && (await this.#persist(() => this.fallback.after(item, generation, failure, pauseMs)));
    const facts = { itemId: item.id, code: failure.code, attempt: item.attempt, pauseMs, successor };
    if (!(failure instanceof ProviderError)) {
      this.#logger.error({ ...facts, err: failure.cause ?? failure }, 'An item met with trouble of our own');
    } else this.#logger.debug(facts, 'A provider did not deliver');
    if (successor !== undefined) await this.#handOver({ item, call }, successor);
    else if (pauseMs === undefined) await this.#persist(() => this.queue.fail(item, failure, call));
    else return this.#queueAgain({ item, call }, pauseMs);
    // Nobody waits any more for what the vendor may still be at.
    if (handle !== undefined) this.callOffs.ofItems([item.id]);
  }

  /** This process stops. The attempt counts if the provider was called: that happens no more often than is allowed. */
  async #putBack({ item, call }: Pick<ItemWork, 'item' | 'call'>): Promise<void> {
    if (call && item.attempt >= item.maxAttempts) await this.queue.fail(item, interrupted(), call);
    else if (call) await this.#queueAgain({ item, call }, 0);
    else await this.#queueUncalled(item, 0);
  }

  /** Whoever left the choice to us need not wait until a provider has rested while another is there. */
  async #waitOrHandOver({ item, generation }: ItemWork, pauseMs: number): Promise<void> {
    const successor =
      generation && (await this.#persist(() => this.fallback.insteadOf(item.provider, item.id, generation)));
    if (successor === undefined) await this.#queueUncalled(item, pauseMs);
    else await this.#handOver({ item }, successor);
  }

  async #handOver({ item, call }: Pick<ItemWork, 'item' | 'call'>, provider: string): Promise<void> {
    this.#logger.warn({ itemId: item.id, from: item.provider, to: provider }, 'Another provider takes an item over');
    const isQueued = await this.#persist(() => this.queue.handOver(item, provider, call));
    if (isQueued) this.wakeUps.announce([{ ...item, dueInMs: 0 }]);
  }

  /** Nobody was called, so it was no attempt. */
  async #queueUncalled(item: ClaimedItem, pauseMs: number): Promise<void> {
    if (await this.#persist(() => this.queue.putBack(item, pauseMs))) {
      this.wakeUps.announce([{ ...item, dueInMs: pauseMs }]);
    }
  }

  async #queueAgain({ item, call }: Pick<ItemWork, 'item' | 'call'>, pauseMs: number): Promise<void> {
    const isQueued = await this.#persist(() => this.queue.requeue(item, pauseMs, call));
    if (isQueued) this.wakeUps.announce([{ ...item, dueInMs: pauseMs }]);
  }

  /** After the call has been recorded, as what follows from it is counted there. */
  async #endAdmission({ admission, call, item }: ItemWork): Promise<void> {
    if (admission === undefined) return;
    try {
      await this.breaker.ended(admission, call);
    } catch (error) {
      this.#logger.warn({ err: error, itemId: item.id }, 'What a call says of its provider could not be told');
    }
  }

  /** What is settled for good must not be lost to a database that is away for a moment. */
  async #persist<Result>(step: () => Promise<Result>): Promise<Result> {
    return persistently(step, isDatabaseAway, this.#stopping.signal);
  }
}

function isDatabaseAway(error: unknown): boolean {
  return isDatabaseUnavailable(error) || (error instanceof DomainError && error.code === 'server.unavailable');
}

/** What the person is told if the item is given up. */
function toFailure(error: unknown): DomainError {
  if (error instanceof UnusableImageError) return new ProviderError('bad_response', { cause: error });
  if (error instanceof DomainError && error.kind !== 'internal') return error;
  return ourTrouble(error);
}
