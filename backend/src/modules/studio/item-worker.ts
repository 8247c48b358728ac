import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { DomainError } from '../../platform/errors/index.js';
import { Clock } from '../../platform/time/index.js';
import { contextOf, inSpan } from '../../platform/tracing/index.js';
import { ImageThumbnails, type NewImage } from '../gallery/index.js';
import { type ProviderImage, ProviderError, ProviderRegistry } from '../providers/index.js';
import { ImageInspector, type InspectedImage, ObjectStore, UnusableImageError, newImageKey } from '../storage/index.js';
import type { AbortReason } from './abort-reason.js';
import { GenerationRow } from './generation.entity.js';
import { type ClaimedItem, ItemQueue, LEASE_MS } from './item-queue.js';
import { WakeUps } from './wake-ups/index.js';
import { WorkMetrics } from './work-metrics.js';

/** Longest that one provider call may take. */
const DEADLINE_MS = 180_000;

/** Makes one claimed item: the provider's image, checked, stored, and only then charged. */
@Injectable()
export class ItemWorker {
  readonly #logger = new Logger(ItemWorker.name);
  readonly #running = new Map<string, AbortController>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ImageInspector) private readonly inspector: ImageInspector,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(ImageThumbnails) private readonly thumbnails: ImageThumbnails,
    @Inject(WorkMetrics) private readonly metrics: WorkMetrics,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(Clock) private readonly clock: Clock,
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
    for (const controller of this.#running.values()) controller.abort('stopping' satisfies AbortReason);
  }

  /** Never rejects: what can't be settled now is settled by whoever claims the item when its lease has run out. */
  async run(item: ClaimedItem): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const deadline = setTimeout(() => controller.abort('deadline' satisfies AbortReason), DEADLINE_MS);
    const heartbeat = setInterval(() => void this.#beat(item, controller), LEASE_MS / 3);
    this.#running.set(item.id, controller);
    try {
      await this.#make(item, signal);
    } catch (error) {
      await this.#settle(item, error, signal);
    } finally {
      clearTimeout(deadline);
      clearInterval(heartbeat);
      this.#running.delete(item.id);
    }
  }

  async #make(item: ClaimedItem, signal: AbortSignal): Promise<void> {
    const generation = await this.dataSource.manager.findOneByOrFail(GenerationRow, { id: item.generationId });
    const attributes = {
      'atelier.generation_id': generation.id,
      'atelier.item_id': item.id,
      'atelier.fence': item.fence,
      'atelier.provider': item.provider,
      'atelier.tier': generation.tier,
    };
    await inSpan('item', { attributes, parent: contextOf(generation.traceParent) }, () =>
      this.#makeFor(generation, item, signal),
    );
  }

  async #makeFor(generation: GenerationRow, item: ClaimedItem, signal: AbortSignal): Promise<void> {
    const provider = this.providers.get(item.provider);
    if (!provider) throw new ProviderError('provider_unavailable', { message: 'The provider is no longer installed.' });
    const { tier, aspectRatio, seed, enhancedPrompt, prompt } = generation;
    const made = await this.metrics.measure({ provider: item.provider, tier }, signal, async () => {
      const request = { prompt: enhancedPrompt ?? prompt, tier, aspectRatio, seed };
      const image = await inSpan('provider.generate', {}, () => provider.generate(request, signal));
      // A part of the attempt: bytes that are no usable image are the provider's failure.
      return { ...image, inspected: await inSpan('image.inspect', {}, () => this.inspector.inspect(image.bytes)) };
    });
    const image = await inSpan('image.store', {}, () => this.#store(item, generation, made, signal));
    if (await inSpan('item.succeed', {}, () => this.queue.succeed(item, image))) void this.thumbnails.prepare(image);
    else
      this.#logger.warn(
        { itemId: item.id },
        'An image was finished after its item had been lost; nobody is charged for it',
      );
  }

  async #store(
    item: ClaimedItem,
    generation: GenerationRow,
    made: ProviderImage & { readonly inspected: InspectedImage },
    signal: AbortSignal,
  ): Promise<NewImage> {
    const { inspected } = made;
    const storageKey = newImageKey(generation.userId, this.clock.now(), inspected.extension);
    const stored = await this.store.put(storageKey, made.bytes, signal);
    const createdAt = this.clock.now();
    return {
      id: newId(createdAt),
      itemId: item.id,
      generationId: generation.id,
      userId: generation.userId,
      storageKey,
      sha256: stored.sha256,
      bytes: stored.bytes,
      mime: inspected.mime,
      width: inspected.width,
      height: inspected.height,
      prompt: generation.prompt,
      enhancedPrompt: generation.enhancedPrompt,
      revisedPrompt: made.revisedPrompt,
      provider: item.provider,
      model: made.model,
      tier: generation.tier,
      aspectRatio: generation.aspectRatio,
      seed: made.seed,
      jobId: made.jobId,
      creditsSpent: generation.priceEach,
      durationMs: createdAt - generation.createdAt,
      createdAt,
    };
  }

  async #beat(item: ClaimedItem, controller: AbortController): Promise<void> {
    try {
      if (!(await this.queue.heartbeat(item))) controller.abort('lease-lost' satisfies AbortReason);
    } catch (error) {
      // The lease has two more beats to go; if they fail as well, somebody else takes over and the fence stops us.
      this.#logger.warn({ err: error, itemId: item.id }, 'A heartbeat failed');
    }
  }

  async #settle(item: ClaimedItem, error: unknown, signal: AbortSignal): Promise<void> {
    const reason: unknown = signal.aborted ? signal.reason : undefined;
    try {
      if (reason === 'lease-lost') return;
      if (reason === 'stopping') {
        await this.queue.putBack(item);
        this.wakeUps.announce([item]);
      } else {
        const failure = reason === 'deadline' ? new ProviderError('timeout', { cause: error }) : toDomainError(error);
        if (failure) await this.queue.fail(item, failure);
        else
          this.#logger.error(
            { err: error, itemId: item.id },
            'An item could not be finished; it is tried again when its lease ends',
          );
      }
    } catch (settling) {
      this.#logger.error(
        { err: settling, itemId: item.id },
        'An item could not be settled; it is taken up again when its lease ends',
      );
    }
  }
}

/** What the person is told; undefined for trouble of our own, which another attempt may not have. */
function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof UnusableImageError) return new ProviderError('bad_response', { cause: error });
  return error instanceof DomainError && error.kind !== 'internal' ? error : undefined;
}
