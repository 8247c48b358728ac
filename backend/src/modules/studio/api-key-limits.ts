import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { carryOut } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { type Actor, ApiKeySpending, startOfMonth } from '../auth/index.js';
import { GenerationRow } from './generation.entity.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { apiKeyLimitReached } from './studio.errors.js';

/** What API keys have spent, and that none spends more in a month than it may. */
@Injectable()
export class ApiKeyLimits implements OnModuleInit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ApiKeySpending) private readonly spending: ApiKeySpending,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.spending.use((keyIds, sinceMs) => spentSince(this.dataSource.manager, keyIds, sinceMs));
  }

  /**
   * Asked inside the submitting transaction, after the hold: carried out at once, that has locked the account of the key,
   * so requests with one key come here one after the other, and each counts what those before it have committed, and itself.
   * @throws DomainError `credits.key_limit_reached`
   */
  async assertWithin(tx: EntityManager, { apiKey }: Actor): Promise<void> {
    if (!apiKey || apiKey.monthlyCreditLimit === null) return;
    await carryOut(tx);
    const spent = await spentSince(tx, [apiKey.apiKeyId], startOfMonth(this.clock.now()));
    if ((spent.get(apiKey.apiKeyId) ?? 0) > apiKey.monthlyCreditLimit) {
      throw apiKeyLimitReached(apiKey.monthlyCreditLimit);
    }
  }
}

/** Credits taken and held, by key; what was given back does not count. */
async function spentSince(
  manager: EntityManager,
  keyIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await manager
    .createQueryBuilder(GenerationRow, 'generation')
    .select('generation.apiKeyId', 'id')
    .addSelect('SUM(generation.priceEach)', 'credits')
    .innerJoin(GenerationItem, 'item', 'item.generationId = generation.id')
    .where('generation.apiKeyId IN (:...keyIds) AND generation.createdAt >= :sinceMs', { keyIds, sinceMs })
    .andWhere(`item.state NOT IN ('FAILED', 'CANCELED')`)
    .groupBy('generation.apiKeyId')
    .getRawMany<{ id: string; credits: string | number }>();
  return new Map(rows.map(({ id, credits }) => [id, Number(credits)]));
}
