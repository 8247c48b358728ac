import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EnhancedPrompt, GenerateRequest, Generation } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { DiskSpace } from '../../platform/disk/index.js';
import { DomainError } from '../../platform/errors/index.js';
import { IdempotencyKeys, type KeyedRequest } from '../../platform/idempotency/index.js';
import { Clock, within } from '../../platform/time/index.js';
import type { Actor } from '../auth/index.js';
import { CreditLedger, CreditsService, InsufficientCreditsError } from '../credits/index.js';
import { GalleryService } from '../gallery/index.js';
import { ProviderError, ProviderRegistry, chooseProvider } from '../providers/index.js';
import { storageFull } from '../storage/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { GenerationRunner } from './generation-runner.js';
import { GenerationSignals } from './generation-signals.js';
import { toGeneration } from './generation-view.js';
import { GenerationRow } from './generation.entity.js';
import { ItemQueue } from './item-queue.js';
import { ItemWorker } from './item-worker.js';
import { assertQueueHasRoom } from './queue-limits.js';
import { StudioOptionsService } from './studio-options.service.js';
import { canceled, enhancerUnavailable, generationNotFound } from './studio.errors.js';

/** Attempts per item; only those that a stopped process or a lost lease cut short are followed by another. */
const MAX_ATTEMPTS = 3;

/** Hard limit after which held credits are given back, whatever has become of the work. */
const HOLD_TTL_MS = 24 * 60 * 60 * 1_000;

const ENHANCER_TIMEOUT_MS = 30_000;

/** Longest that an answer may wait for the disk to say how full it is. */
const DISK_TIMEOUT_MS = 1_000;

const RUNNING: ReadonlySet<Generation['status']> = new Set(['queued', 'running']);

export interface AcceptedGeneration {
  readonly generation: Generation;
  /** Whether it is that of an earlier request under the same Idempotency-Key. */
  readonly isReplay: boolean;
}

interface Plan {
  readonly generation: GenerationRow;
  readonly items: readonly Pick<
    GenerationItem,
    'id' | 'generationId' | 'userId' | 'idx' | 'provider' | 'state' | 'maxAttempts' | 'runAt'
  >[];
  readonly priceVersion: string;
}

/** From a prompt to an image that is paid for. */
@Injectable()
export class StudioService {
  readonly #logger = new Logger(StudioService.name);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys,
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(StudioOptionsService) private readonly options: StudioOptionsService,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(CreditsService) private readonly credits: CreditsService,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(ItemWorker) private readonly worker: ItemWorker,
    @Inject(GenerationRunner) private readonly runner: GenerationRunner,
    @Inject(GenerationSignals) private readonly signals: GenerationSignals,
    @Inject(DiskSpace) private readonly diskSpace: DiskSpace,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Accepts a generation: freezes its price, sets the credits aside and queues its items, all of it or nothing.
   * @param idempotencyKey repeats of the same request under the same key find the first one's generation
   * @throws DomainError `storage.full` when the disk is nearly full: nothing new is begun that could not be stored
   * @throws InsufficientCreditsError and `studio.queue_full` before any provider or enhancer is called
   */
  async generate(user: Actor, request: GenerateRequest, idempotencyKey?: string): Promise<AcceptedGeneration> {
    const keyed = idempotencyKey === undefined ? undefined : keyedGenerate(user, request, idempotencyKey);
    // Looked for first: a repetition finds its generation whatever prices and providers have become since.
    const earlier = keyed && (await this.keys.find(keyed));
    if (earlier !== undefined) return { generation: await this.get(user, earlier), isReplay: true };
    await this.#assertRoom();

    const { generation, items, priceVersion } = await this.#plan(user, request);
    const { resultId, isReplay } = await this.keys.runOnce(keyed, generation.id, async (tx) => {
      await tx.insert(GenerationRow, generation);
      await tx.insert(GenerationItem, [...items]);
      await this.ledger.hold(tx, {
        userId: user.id,
        generationId: generation.id,
        itemIds: items.map(({ id }) => id),
        amountEach: generation.priceEach,
        priceVersion,
        ttlMs: HOLD_TTL_MS,
      });
      await assertQueueHasRoom(tx, { userId: user.id, count: items.length, isCounted: true });
    });
    this.runner.wake();
    return { generation: await this.get(user, resultId), isReplay };
  }

  /** @throws `studio.generation_not_found` also for somebody else's */
  async get(user: Actor, id: string): Promise<Generation> {
    const row = await this.dataSource.manager.findOneBy(GenerationRow, { id, userId: user.id });
    if (!row) throw generationNotFound();
    const [items, images] = await Promise.all([
      this.dataSource.manager.find(GenerationItem, { where: { generationId: id }, order: { idx: 'ASC' } }),
      this.gallery.forGenerations([id]),
    ]);
    return toGeneration(row, items, images.get(id) ?? []);
  }

  /** Waits until the generation is finished or the time is up, and returns it as it is then. */
  async wait(user: Actor, id: string, waitMs: number): Promise<Generation> {
    const timeUp = AbortSignal.timeout(waitMs);
    let generation = await this.get(user, id);
    while (RUNNING.has(generation.status) && !timeUp.aborted && !this.signals.isStopping) {
      await this.signals.next(id, timeUp);
      generation = await this.get(user, id);
    }
    return generation;
  }

  /** Cancels what is not finished: images that are there already stay and stay charged. */
  async cancel(user: Actor, id: string): Promise<Generation> {
    await this.get(user, id);
    const itemIds = await this.queue.cancel(id, { type: 'user', id: String(user.id) });
    for (const itemId of itemIds) this.worker.abort(itemId);
    this.signals.changed(id);
    return this.get(user, id);
  }

  async enhance(prompt: string): Promise<EnhancedPrompt> {
    const enhancer = this.options.enhancerFor(await this.settings.current());
    if (!enhancer) throw enhancerUnavailable(undefined);
    try {
      const { text, model } = await enhancer.enhance(prompt, AbortSignal.timeout(ENHANCER_TIMEOUT_MS));
      return { prompt, enhanced_prompt: text, provider: enhancer.key, model };
    } catch (error) {
      if (error instanceof ProviderError && error.category === 'content_rejected') throw error;
      throw enhancerUnavailable(error);
    }
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

  /** Everything that is decided before the transaction: price, provider, prompt. */
  async #plan(user: Actor, request: GenerateRequest): Promise<Plan> {
    const settings = await this.settings.current();
    const { credits: priceEach, version: priceVersion } = settings.prices[request.tier];
    const requestedProvider = request.provider ?? settings.imageProvider;
    const provider = chooseProvider(
      { requested: requestedProvider, tier: request.tier, aspectRatio: request.aspect_ratio, count: request.count },
      this.providers.list(),
      settings.enabledProviders,
    );
    const enhancedPrompt = request.enhance
      ? await this.#enhanceAcceptable(user, request, priceEach * request.count)
      : (request.enhanced_prompt ?? null);
    const now = this.clock.now();
    const generation: GenerationRow = {
      id: newId(now),
      userId: user.id,
      prompt: request.prompt,
      enhancedPrompt,
      tier: request.tier,
      requestedProvider,
      count: request.count,
      aspectRatio: request.aspect_ratio,
      seed: request.seed ?? null,
      metadata: request.metadata ? JSON.stringify(request.metadata) : null,
      priceEach,
      createdAt: now,
    };
    const items = Array.from({ length: request.count }, (_, idx) => ({
      id: newId(now),
      generationId: generation.id,
      userId: user.id,
      idx,
      provider: provider.key,
      state: 'QUEUED' as const,
      maxAttempts: MAX_ATTEMPTS,
      runAt: now,
    }));
    return { generation, items, priceVersion };
  }

  async #assertRoom(): Promise<void> {
    let isNearlyFull: boolean;
    try {
      ({ isNearlyFull } = await within(DISK_TIMEOUT_MS, this.diskSpace.current()));
    } catch (error) {
      // Not knowing is no reason to refuse: an image that can't be stored costs nothing.
      this.#logger.warn({ err: error }, 'The free space could not be read');
      return;
    }
    if (isNearlyFull) throw storageFull();
  }

  /** The transaction decides; this look beforehand only keeps the enhancer from working for what will be refused. */
  async #enhanceAcceptable(user: Actor, { prompt, count }: GenerateRequest, price: number): Promise<string> {
    const { available } = await this.credits.balanceOf(user.id);
    if (available < price) throw new InsufficientCreditsError(price, available);
    await assertQueueHasRoom(this.dataSource.manager, { userId: user.id, count, isCounted: false });
    return (await this.enhance(prompt)).enhanced_prompt;
  }
}

function withGeneration(error: DomainError, generationId: string): DomainError {
  return new DomainError(error.code, error.kind, error.message, { retryable: error.retryable, generationId });
}

function keyedGenerate(user: Actor, body: GenerateRequest, key: string): KeyedRequest {
  return { principal: `user:${user.id}`, route: 'POST /api/v1/studio/generate', key, body };
}
