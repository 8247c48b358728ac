import { Inject, Injectable } from '@nestjs/common';
import {
  type Admission,
  NO_SETUP,
  ProviderBreaker,
  ProviderRegistry,
  type ProviderSetup,
  ProviderSetups,
} from '../../providers/index.js';
import type { GenerationRow } from '../generation.entity.js';
import { ItemCalls, type RecordedCall } from './item-calls.js';
import { type ClaimedItem, ItemClaims } from './item-claims.js';

/** A call that is on record and that nothing is in the way of. */
export interface BegunCall extends RecordedCall {
  readonly admission: Admission;
  readonly setup: ProviderSetup;
}

/** A claimed item with what the work on it begins with. */
export interface StartedItem {
  readonly item: ClaimedItem;
  /** What was asked for. */
  readonly generation: GenerationRow;
  /** Missing where it first has to be found out whether the provider may be called. */
  readonly call: BegunCall | undefined;
}

/** Takes items up to have them made: as a rule one transaction claims an item and has its call on record. */
@Injectable()
export class ItemStarts {
  constructor(
    @Inject(ItemClaims) private readonly claims: ItemClaims,
    @Inject(ItemCalls) private readonly calls: ItemCalls,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: ProviderSetups,
  ) {}

  /** @returns undefined when the item can't be claimed, see {@link ItemClaims.claim} */
  async start(id: string): Promise<StartedItem | undefined> {
    const [admissionTo, setups] = await Promise.all([this.breaker.ordinaryAdmissions(), this.#setups()]);
    let generation: GenerationRow | undefined;
    let call: BegunCall | undefined;
    const item = await this.claims.claim(id, async (tx, claimed, wish) => {
      generation = wish;
      // Whatever an earlier run of the transaction has begun was taken back with it.
      call = undefined;
      const { provider } = claimed;
      const admission = this.providers.get(provider) && admissionTo(provider);
      if (!admission || !setups) return;
      const setup = setups.get(provider) ?? NO_SETUP;
      call = { ...(await this.calls.record(tx, claimed, wish.tier)), admission, setup };
    });
    return item && generation && { item, generation, call };
  }

  /** Whoever makes the image asks again where this fails, and settles what follows from it. */
  async #setups(): Promise<ReadonlyMap<string, ProviderSetup> | undefined> {
    return this.setups.read().catch(() => undefined);
  }
}
