import { Inject, Injectable } from '@nestjs/common';
import type { Tier } from '@atelier/contracts';
import { newId } from '../../../platform/crypto/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { OutboundHttp } from '../../../platform/outbound/index.js';
import { Clock } from '../../../platform/time/index.js';
import { inSpan } from '../../../platform/tracing/index.js';
import type { NewImage } from '../../gallery/index.js';
import {
  type Admission,
  type CallEnd,
  NO_SETUP,
  ProviderBreaker,
  ProviderError,
  type ProviderImage,
  ProviderRegistry,
  ProviderSetups,
} from '../../providers/index.js';
import {
  ImageInspector,
  type InspectedImage,
  ObjectStore,
  type StoredObject,
  UnusableImageError,
  newImageKey,
} from '../../storage/index.js';
import type { AbortReason } from './abort-reason.js';
import type { GenerationRow } from '../generation.entity.js';
import { EndUsers } from './end-users.js';
import { ItemCalls } from './item-calls.js';
import type { ClaimedItem } from './item-claims.js';
import { ItemRequests } from './item-requests.js';
import type { BegunCall } from './item-starts.js';
import { persistently } from './persistently.js';
import { WorkMetrics } from './work-metrics.js';

/** The work on one claimed item. */
export interface ItemWork {
  readonly item: ClaimedItem;
  readonly signal: AbortSignal;
  /** The call that is on record since the item was claimed; without one it is still to be asked for. */
  readonly begun?: BegunCall;
  /** What was asked for, once it has been read. */
  generation?: GenerationRow;
  /** The permission to call the provider, once it has been given. */
  admission?: Admission;
  /** Under which the vendor keeps the work in its queue, where it does. */
  handle?: string;
  /** How the provider call ended, once it has: to be recorded together with what follows from it. */
  call?: CallEnd;
}

interface Kept {
  readonly storageKey: string;
  readonly stored: StoredObject;
}

interface MadeImage extends ProviderImage {
  readonly inspected: InspectedImage;
  /** Under way since the bytes came; it ends with an object only if they were found to be an image. */
  readonly kept: Promise<Kept>;
}

/** Makes the image of an item: asks the provider for it, checks and stores it. What it costs is not decided here. */
@Injectable()
export class ItemMaker {
  constructor(
    @Inject(ItemCalls) private readonly calls: ItemCalls,
    @Inject(ItemRequests) private readonly requests: ItemRequests,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: ProviderSetups,
    @Inject(EndUsers) private readonly endUsers: EndUsers,
    @Inject(ImageInspector) private readonly inspector: ImageInspector,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(OutboundHttp) private readonly http: OutboundHttp,
    @Inject(WorkMetrics) private readonly metrics: WorkMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @throws ProviderRestingError before the provider is called, when it is left alone for a while
   * @throws ItemLostError before the provider is called, when the item is no longer ours
   */
  async make(work: ItemWork, generation: GenerationRow): Promise<NewImage> {
    const { item } = work;
    const made = await this.#callProvider(work, generation);
    const earlierAttempts = await this.calls.earlier(item);
    const { storageKey, stored } = await made.kept;
    const createdAt = this.clock.now();
    return {
      id: newId(createdAt),
      itemId: item.id,
      generationId: generation.id,
      userId: generation.userId,
      storageKey,
      sha256: stored.sha256,
      bytes: stored.bytes,
      mime: made.inspected.mime,
      width: made.inspected.width,
      height: made.inspected.height,
      prompt: generation.prompt,
      enhancedPrompt: generation.enhancedPrompt,
      enhancer: generation.enhancer,
      enhancerModel: generation.enhancerModel,
      revisedPrompt: made.revisedPrompt,
      provider: item.provider,
      earlierAttempts,
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

  async #callProvider(work: ItemWork, generation: GenerationRow): Promise<MadeImage> {
    const { item, signal } = work;
    const provider = this.providers.get(item.provider);
    if (!provider) throw new ProviderError('provider_unavailable', { message: 'The provider is no longer installed.' });
    const { tier, aspectRatio, seed, enhancedPrompt, prompt } = generation;
    const call = work.begun ?? (await this.#begin(work, tier));
    const { id } = call;
    work.admission = call.admission;
    let image: ProviderImage | undefined;
    try {
      const made = await this.metrics.measure({ provider: item.provider, tier }, signal, async () => {
        const endUserHash = this.endUsers.hashOf(generation.userId);
        const request = { prompt: enhancedPrompt ?? prompt, tier, aspectRatio, seed, endUserHash };
        const answer = await inSpan('provider.generate', {}, () => this.requests.make(provider, work, call, request));
        image = answer;
        return { ...answer, ...(await this.#inspectAndKeep(work, generation.userId, answer.bytes)) };
      });
      work.call = {
        id,
        state: 'SUCCEEDED',
        finishedAt: this.clock.now(),
        providerRequestId: made.jobId,
        ...costOf(made),
      };
      return made;
    } catch (error) {
      work.call = {
        id,
        finishedAt: this.clock.now(),
        providerRequestId: image?.jobId,
        ...costOf(image),
        ...callFailure(error, signal),
      };
      throw error;
    }
  }

  async #begin(work: ItemWork, tier: Tier): Promise<BegunCall> {
    const { item } = work;
    const setup = (await this.setups.read()).get(item.provider) ?? NO_SETUP;
    // Told of at once: what comes next may fail, and the breaker has to hear of it then.
    const admission = (work.admission = await this.breaker.admit(item.provider));
    return { ...(await this.calls.begin(item, tier)), setup, admission };
  }

  /**
   * Writes the bytes away while their pixels are looked at, which takes about as long.
   * @throws UnusableImageError a part of the attempt: bytes that are no usable image are the provider's failure
   */
  async #inspectAndKeep(work: ItemWork, userId: number, bytes: Buffer): Promise<Pick<MadeImage, 'inspected' | 'kept'>> {
    const extension = this.inspector.formatOf(bytes);
    const inspecting = inSpan('image.inspect', {}, () => this.inspector.inspect(bytes));
    const newKey = (): string => newImageKey(userId, this.clock.now(), extension);
    const kept = inSpan('image.store', {}, () => this.#store(work, newKey, bytes, inspecting));
    // Then nobody needs the bytes any more, whatever became of them.
    void Promise.allSettled([inspecting, kept]).then(() => this.http.forget(bytes));
    return { inspected: await inspecting, kept };
  }

  /** The provider has been paid for the image, so a store that is away for a moment is waited for. */
  async #store({ signal }: ItemWork, newKey: () => string, bytes: Buffer, proof: Promise<unknown>): Promise<Kept> {
    return persistently(
      async () => {
        // A new one for each try: of the one before, nobody knows how far it came.
        const storageKey = newKey();
        return { storageKey, stored: await this.store.put(storageKey, bytes, signal, proof) };
      },
      (error) => error instanceof DomainError && error.code === 'storage.unavailable',
      signal,
    );
  }
}

/** Also of an image that turned out to be of no use: the vendor bills for it. */
function costOf(image: ProviderImage | undefined): Pick<CallEnd, 'costMicros'> {
  return typeof image?.costMicros === 'number' ? { costMicros: image.costMicros } : {};
}

/** What is recorded of a call that came to nothing. */
function callFailure(error: unknown, signal: AbortSignal): Omit<CallEnd, 'id' | 'finishedAt'> {
  if (signal.aborted) {
    // Called off by us, or taken over: whether the provider did the work is not known.
    if (signal.reason !== ('deadline' satisfies AbortReason)) return { state: 'UNKNOWN' };
    return failed(new ProviderError('timeout'));
  }
  if (error instanceof UnusableImageError) return failed(new ProviderError('bad_response'));
  return error instanceof ProviderError ? failed(error) : { state: 'FAILED' };
}

function failed({ category, message, httpStatus, requestId }: ProviderError): Omit<CallEnd, 'id' | 'finishedAt'> {
  return {
    state: 'FAILED',
    category,
    detail: message,
    httpStatus,
    ...(requestId === undefined ? {} : { providerRequestId: requestId }),
  };
}
