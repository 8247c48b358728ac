import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { ProviderBreaker } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { type ItemInTurn, countAtWorkByProvider, countAtWorkFor } from './fair-share.js';

/** After so long a changed limit is in force in every process. */
const KNOWN_FOR_MS = 1_000;

/** How many items each provider may have at work, in all processes together. */
@Injectable()
export class ProviderSlots {
  readonly #limits: Remembered<ReadonlyMap<string, number>>;

  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(Clock) clock: Clock,
  ) {
    this.#limits = new Remembered(clock, KNOWN_FOR_MS, () => this.#readLimits());
  }

  /** By provider; one without a limit is missing. */
  limits(): Promise<ReadonlyMap<string, number>> {
    return this.#limits.get();
  }

  /**
   * The slots that are free at the providers of these items; a provider without a limit is missing.
   * @param items none of which is at work
   */
  async free(manager: EntityManager, items: readonly ItemInTurn[], now: number): Promise<Map<string, number>> {
    const limits = await this.#limits.get();
    const limited = new Set(items.map(({ provider }) => provider).filter((provider) => limits.has(provider)));
    if (limited.size === 0) return new Map();
    const atWork = await countAtWorkByProvider(manager, now);
    return new Map(
      [...limited].map((provider) => [provider, (limits.get(provider) ?? 0) - (atWork.get(provider) ?? 0)]),
    );
  }

  /**
   * Whether an item that this transaction has just taken up has a slot. One claim for a provider after the other: each
   * counts what the others before it have committed, and itself.
   */
  async hasSlot(tx: EntityManager, provider: string, limit: number | undefined, now: number): Promise<boolean> {
    if (limit === undefined) return true;
    await this.breaker.lock(tx, provider);
    return (await countAtWorkFor(tx, provider, now)) <= limit;
  }

  async #readLimits(): Promise<ReadonlyMap<string, number>> {
    const { providers } = await this.settings.current();
    return new Map(
      Object.entries(providers).flatMap(([key, { maxConcurrent }]) =>
        maxConcurrent === null ? [] : [[key, maxConcurrent] as const],
      ),
    );
  }
}
