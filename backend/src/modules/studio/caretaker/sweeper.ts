import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { IdempotencyKeys } from '../../../platform/idempotency/index.js';
import { RepeatedTask } from '../../../platform/time/index.js';
import { ImageThumbnails, MissingObjects } from '../../gallery/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import { CallOffs } from '../items/call-offs.js';
import { ItemCalls } from '../items/item-calls.js';
import { ItemQueue } from '../items/item-queue.js';
import { ItemWorker } from '../items/item-worker.js';
import { OrphanFiles } from './orphan-files.js';
import { OverdueItems } from './overdue-items.js';
import { StrandedItems } from './stranded-items.js';

const EVERY_MS = 15_000;

/** Gives the runner the time to take stock of what an earlier process left. */
const FIRST_AFTER_MS = 1_000;

/** Items that one pass settles at most, of each kind. */
const LIMIT = 100;

/** Open calls that one pass looks at: more than all processes together are likely to have under way. */
const CALLS_LIMIT = 1_000;

/**
 * Looks after what was left behind: by processes that died, and by work that nobody waited for. Every process that works has one;
 * each step changes only what it still finds as it expects it, so that none of them needs to be in charge.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(Sweeper.name);
  readonly #passes = new RepeatedTask((signal) => this.sweep(signal), EVERY_MS);
  /** Apart from the passes, because a walk through many files takes long. */
  readonly #walks = new RepeatedTask((signal) => this.sweepFiles(signal), EVERY_MS);

  constructor(
    @Inject(ItemQueue) private readonly queue: Pick<ItemQueue, 'giveUpExhausted'>,
    @Inject(ItemCalls) private readonly calls: Pick<ItemCalls, 'closeDeserted'>,
    @Inject(OverdueItems) private readonly overdueItems: Pick<OverdueItems, 'giveUp'>,
    @Inject(StrandedItems) private readonly strandedItems: Pick<StrandedItems, 'handOver'>,
    @Inject(OrphanFiles) private readonly orphanFiles: Pick<OrphanFiles, 'isDue' | 'sweep'>,
    @Inject(ItemWorker) private readonly worker: Pick<ItemWorker, 'abort' | 'isIdle'>,
    @Inject(CallOffs) private readonly callOffs: Pick<CallOffs, 'ofItems'>,
    @Inject(ImageThumbnails) private readonly thumbnails: Pick<ImageThumbnails, 'prepareMissing'>,
    @Inject(MissingObjects) private readonly missingObjects: Pick<MissingObjects, 'probe'>,
    @Inject(IdempotencyKeys) private readonly keys: Pick<IdempotencyKeys, 'prune'>,
    @Inject(GenerationEvents) private readonly events: Pick<GenerationEvents, 'prune'>,
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'duties'>,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.configuration.duties.works) return;
    this.#passes.start(FIRST_AFTER_MS);
    this.#walks.start(EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.#passes.stop(), this.#walks.stop()]);
  }

  /** One pass. Never rejects: a step that fails is tried again in the next pass and stops no other. */
  async sweep(signal?: AbortSignal): Promise<void> {
    const steps: Record<string, () => Promise<void>> = {
      exhaustedItems: () => this.#giveUpExhausted(),
      overdueItems: () => this.#giveUpOverdue(),
      strandedItems: () => this.#handOverStranded(),
      providerCalls: () => this.#closeCalls(),
      idempotencyKeys: () => this.#pruneKeys(),
      events: () => this.#pruneEvents(),
      thumbnails: () => this.#prepareThumbnails(),
    };
    for (const [step, run] of Object.entries(steps)) {
      if (!signal?.aborted) await this.#attempt(step, run, signal);
    }
  }

  /** Looks through the stored files, where that is due. Never rejects. */
  async sweepFiles(signal?: AbortSignal): Promise<void> {
    await this.#attempt('files', () => this.#removeOrphans(signal), signal);
    if (!signal?.aborted) await this.#attempt('missingObjects', () => this.#probeObjects(signal), signal);
  }

  async #giveUpExhausted(): Promise<void> {
    const itemIds = await this.queue.giveUpExhausted(LIMIT);
    if (itemIds.length === 0) return;
    this.#logger.warn({ itemIds }, 'Items were given up: their work was interrupted too often');
    this.callOffs.ofItems(itemIds);
  }

  async #giveUpOverdue(): Promise<void> {
    const itemIds = await this.overdueItems.giveUp(LIMIT);
    if (itemIds.length === 0) return;
    this.#logger.warn({ itemIds }, 'Items were given up: their credits had been held for too long');
    for (const itemId of itemIds) this.worker.abort(itemId);
    this.callOffs.ofItems(itemIds);
  }

  async #handOverStranded(): Promise<void> {
    const itemIds = await this.strandedItems.handOver(LIMIT);
    if (itemIds.length > 0)
      this.#logger.warn({ itemIds }, 'Items that waited for a provider were given to another one');
  }

  async #closeCalls(): Promise<void> {
    const calls = await this.calls.closeDeserted(CALLS_LIMIT);
    if (calls > 0) this.#logger.warn({ calls }, 'How calls to providers ended will never be known');
  }

  async #pruneKeys(): Promise<void> {
    const pruned = await this.keys.prune();
    if (pruned > 0) this.#logger.log({ pruned }, 'Idempotency keys were forgotten');
  }

  async #pruneEvents(): Promise<void> {
    const pruned = await this.events.prune();
    if (pruned > 0) this.#logger.log({ pruned }, 'Events of generations were forgotten');
  }

  async #prepareThumbnails(): Promise<void> {
    if (!this.worker.isIdle) return;
    const images = await this.thumbnails.prepareMissing();
    if (images > 0) this.#logger.log({ images }, 'Images without thumbnails were looked after');
  }

  async #removeOrphans(signal: AbortSignal | undefined): Promise<void> {
    if (!this.orphanFiles.isDue(this.worker.isIdle)) return;
    const keys = await this.orphanFiles.sweep(signal);
    if (keys.length > 0) this.#logger.log({ keys }, 'Files that belonged to no image were removed');
  }

  async #probeObjects(signal: AbortSignal | undefined): Promise<void> {
    const images = await this.missingObjects.probe(signal);
    if (images > 0) this.#logger.debug({ images }, 'The files of images were looked at');
  }

  async #attempt(step: string, run: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (signal?.aborted) return;
      this.#logger.error({ err: error, step }, 'What was left behind could not be looked after; trying again soon');
    }
  }
}
