import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AUTO_PROVIDER, ProviderBreaker } from '../../providers/index.js';
import { GenerationRow } from '../generation.entity.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { ItemFallback } from '../items/item-fallback.js';
import type { ClaimedItem } from '../items/item-claims.js';
import { ItemQueue } from '../items/item-queue.js';
import { WakeUps } from '../queue/wake-ups/index.js';

type Stranded = Pick<ClaimedItem, 'id' | 'fence' | 'provider'> &
  Pick<GenerationRow, 'requestedProvider' | 'tier' | 'aspectRatio'>;

/** Items that nobody looks for, as they wait for a provider that is left alone. */
@Injectable()
export class StrandedItems {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ItemFallback) private readonly fallback: ItemFallback,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
  ) {}

  /** Gives those whose provider we chose to another one, where there is one. @returns the ids of the items */
  async handOver(limit: number): Promise<string[]> {
    const resting = [...(await this.breaker.resting()).keys()];
    if (resting.length === 0) return [];
    const handedOver: string[] = [];
    for (const { id, fence, provider, ...wish } of await this.#find(resting, limit)) {
      const successor = await this.fallback.insteadOf(provider, id, wish);
      if (successor === undefined || !(await this.queue.reassign({ id, fence, provider }, successor))) continue;
      handedOver.push(id);
      this.wakeUps.announce([{ id, fence }]);
    }
    return handedOver;
  }

  async #find(providers: readonly string[], limit: number): Promise<Stranded[]> {
    return this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .innerJoin(GenerationRow, 'generation', 'generation.id = item.generationId')
      .select('item.id', 'id')
      .addSelect('item.fence', 'fence')
      .addSelect('item.provider', 'provider')
      .addSelect('generation.requestedProvider', 'requestedProvider')
      .addSelect('generation.tier', 'tier')
      .addSelect('generation.aspectRatio', 'aspectRatio')
      .where(`item.state = 'QUEUED' AND item.provider IN (:...providers)`, { providers })
      .andWhere('generation.requestedProvider = :auto', { auto: AUTO_PROVIDER })
      .orderBy('item.runAt', 'ASC')
      .addOrderBy('item.id', 'ASC')
      .limit(limit)
      .getRawMany<Stranded>();
  }
}
