import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { GenerateRequest, Generation } from '@atelier/contracts';
import type { Response } from 'express';
import type { Actor } from '../auth/index.js';
import { CreditsService } from '../credits/index.js';
import { ItemCalls } from './items/item-calls.js';
import { readPrefer } from './prefer.js';
import { StudioService, type WatchedGeneration } from './studio.service.js';

/** What the headers of a generate request say. */
export interface RequestWishes {
  readonly prefer: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** Answers a generate request as far as the caller wants to wait: finished, failed, or still at work. */
@Injectable()
export class GenerationResponder {
  constructor(
    @Inject(StudioService) private readonly studio: StudioService,
    @Inject(CreditsService) private readonly credits: CreditsService,
    @Inject(ItemCalls) private readonly calls: ItemCalls,
  ) {}

  async generate(
    user: Actor,
    request: GenerateRequest,
    { prefer, idempotencyKey }: RequestWishes,
    response: Response,
  ): Promise<Generation> {
    const { waitMs, applied } = readPrefer(prefer);
    if (applied !== undefined) response.setHeader('Preference-Applied', applied);
    const accepted = await this.studio.generateWatched(user, request, idempotencyKey);
    const generation = await this.finish(user, accepted, waitMs, response);
    if (generation.completed_at === null) {
      response.status(HttpStatus.ACCEPTED).setHeader('Location', generation.urls.get);
    }
    return generation;
  }

  /**
   * Waits for a generation, and says in the headers what it cost.
   * @throws DomainError the failure of a generation that delivered nothing
   */
  async finish(user: Actor, accepted: WatchedGeneration, waitMs: number, response: Response): Promise<Generation> {
    if (accepted.isReplay) response.setHeader('Idempotent-Replayed', 'true');
    const generation = await this.studio.wait(user, accepted.id, waitMs, accepted.watcher);
    // Before the answer is known to be a failure: it tells how often it was tried as well.
    response.setHeader('X-Attempts', await this.calls.count(generation.id));
    response.setHeader('X-Fallback-Used', String(generation.fallback_used));
    await this.studio.assertDelivered(generation);
    const { available } = await this.credits.balanceOf(user.id);
    response.setHeader('X-Credits-Charged', generation.credits.charged);
    response.setHeader('X-Credits-Remaining', available);
    return generation;
  }
}
