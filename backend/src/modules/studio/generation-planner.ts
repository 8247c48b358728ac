import { Inject, Injectable, Logger } from '@nestjs/common';
import type { GenerateRequest } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { DiskSpace } from '../../platform/disk/index.js';
import { Clock, within } from '../../platform/time/index.js';
import { currentTraceParent } from '../../platform/tracing/index.js';
import type { Actor } from '../auth/index.js';
import { CreditsService, InsufficientCreditsError } from '../credits/index.js';
import type { DescribedProvider } from '../providers/index.js';
import { storageFull } from '../storage/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import type { GenerationItem } from './items/generation-item.entity.js';
import type { GenerationRow } from './generation.entity.js';
import { PromptEnhancement } from './enhancement/prompt-enhancement.js';
import { ProviderChoice } from './provider-choice.js';
import { assertQueueHasRoom } from './queue/queue-limits.js';

/** Attempts per item; only those that a stopped process or a lost lease cut short are followed by another. */
const MAX_ATTEMPTS = 3;

/** Longest that an answer may wait for the disk to say how full it is. */
const DISK_TIMEOUT_MS = 1_000;

/** A generation as it will be submitted. */
export interface GenerationPlan {
  readonly generation: GenerationRow;
  readonly items: readonly Pick<
    GenerationItem,
    'id' | 'generationId' | 'userId' | 'idx' | 'provider' | 'state' | 'maxAttempts' | 'runAt'
  >[];
  readonly priceVersion: string;
}

/** What a generation keeps of the enhancement of its prompt. */
type KeptEnhancement = Pick<GenerationRow, 'enhancedPrompt' | 'enhancer' | 'enhancerModel'>;

/** Decides everything about a generation that can be decided before its transaction. */
@Injectable()
export class GenerationPlanner {
  readonly #logger = new Logger(GenerationPlanner.name);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderChoice) private readonly choice: ProviderChoice,
    @Inject(CreditsService) private readonly credits: CreditsService,
    @Inject(PromptEnhancement) private readonly enhancement: PromptEnhancement,
    @Inject(DiskSpace) private readonly diskSpace: DiskSpace,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Freezes the price, chooses the provider and settles the prompt. Nothing is written.
   * @throws DomainError `storage.full` when the disk is nearly full: nothing new is begun that could not be stored
   * @throws InsufficientCreditsError and `studio.queue_full` before an enhancer is called
   */
  async plan(user: Actor, request: GenerateRequest): Promise<GenerationPlan> {
    await this.#assertRoom();
    const settings = await this.settings.current();
    const { credits: priceEach, version: priceVersion } = settings.prices[request.tier];
    const requestedProvider = request.provider ?? settings.imageProvider;
    const provider = await this.choice.choose(
      { requested: requestedProvider, tier: request.tier, aspectRatio: request.aspect_ratio, count: request.count },
      settings,
    );
    const enhancement = request.enhance
      ? await this.#enhanceAcceptable(user, request, priceEach * request.count, provider)
      : givenEnhancement(request);
    const now = this.clock.now();
    const generation: GenerationRow = {
      id: newId(now),
      userId: user.id,
      prompt: request.prompt,
      ...enhancement,
      tier: request.tier,
      requestedProvider,
      count: request.count,
      aspectRatio: request.aspect_ratio,
      seed: request.seed ?? null,
      metadata: request.metadata ? JSON.stringify(request.metadata) : null,
      priceEach,
      apiKeyId: user.apiKey?.apiKeyId ?? null,
      traceParent: currentTraceParent(),
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
  async #enhanceAcceptable(
    user: Actor,
    { prompt, count }: GenerateRequest,
    price: number,
    { capabilities }: DescribedProvider,
  ): Promise<KeptEnhancement> {
    const { available } = await this.credits.balanceOf(user.id);
    if (available < price) throw new InsufficientCreditsError(price, available);
    await assertQueueHasRoom(this.dataSource.manager, user.id, count);
    const wish = { prompt, maxLength: capabilities.maxPromptLength };
    const { enhanced_prompt: enhancedPrompt, provider, model } = await this.enhancement.enhance(user, wish);
    return { enhancedPrompt, enhancer: provider, enhancerModel: model };
  }
}

/** An enhancement that the caller has reviewed, and who made it as far as the caller tells. */
function givenEnhancement({ enhanced_prompt: text, enhancer }: GenerateRequest): KeptEnhancement {
  return { enhancedPrompt: text ?? null, enhancer: enhancer?.key ?? null, enhancerModel: enhancer?.model ?? null };
}
