import { Inject, Injectable } from '@nestjs/common';
import { type ProviderCosts, type StudioCosts, TIERS, type Tier } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { Clock, toInstant } from '../../../platform/time/index.js';
import { type CallSum, ProviderAttempts } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { GenerationRow } from '../generation.entity.js';
import { GenerationItem } from '../items/generation-item.entity.js';

const DAY_MS = 86_400_000;

/** What was charged for the images of a provider and tier. */
interface Takings {
  readonly provider: string;
  readonly tier: Tier;
  readonly images: number;
  readonly credits: number;
}

type Counted = Omit<ProviderCosts, 'provider' | 'tier' | 'margin_micros'>;

const NOTHING: Counted = { calls: 0, images: 0, credits_charged: 0, cost_micros: 0, unknown_costs: 0 };

/** What images cost us at the vendors, beside what was charged for them. */
@Injectable()
export class StudioCostsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ProviderAttempts) private readonly attempts: ProviderAttempts,
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async ofLastDays(days: number): Promise<StudioCosts> {
    const since = this.clock.now() - days * DAY_MS;
    const [calls, takings, { creditValueMicros }] = await Promise.all([
      this.attempts.sumsSince(since),
      this.#takingsSince(since),
      this.settings.current(),
    ]);
    return {
      since: toInstant(since),
      credit_value_micros: creditValueMicros,
      costs: compared(calls, takings, creditValueMicros),
    };
  }

  async #takingsSince(since: number): Promise<Takings[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .innerJoin(GenerationRow, 'generation', 'generation.id = item.generationId')
      .select('item.provider', 'provider')
      .addSelect('generation.tier', 'tier')
      .addSelect('COUNT(*)', 'images')
      .addSelect('SUM(generation.priceEach)', 'credits')
      .where(`item.state = 'SUCCEEDED' AND item.completedAt >= :since`, { since })
      .groupBy('item.provider')
      .addGroupBy('generation.tier')
      .getRawMany<{ provider: string; tier: Tier; images: number | string; credits: number | string }>();
    // MySQL answers sums as text.
    return rows.map((row) => ({ ...row, images: Number(row.images), credits: Number(row.credits) }));
  }
}

function compared(
  calls: readonly CallSum[],
  takings: readonly Takings[],
  creditValueMicros: number | null,
): ProviderCosts[] {
  const providers = [...new Set([...calls, ...takings].map(({ provider }) => provider))].sort();
  return providers.flatMap((provider) =>
    [...TIERS, null].flatMap((tier) => {
      const called = calls.find((call) => call.provider === provider && call.tier === tier);
      const taken = takings.find((taking) => taking.provider === provider && taking.tier === tier);
      if (!called && !taken) return [];
      const counted: Counted = {
        ...NOTHING,
        ...(called && { calls: called.calls, cost_micros: called.costMicros, unknown_costs: called.unknownCosts }),
        ...(taken && { images: taken.images, credits_charged: taken.credits }),
      };
      const worth = creditValueMicros === null ? null : counted.credits_charged * creditValueMicros;
      return [{ provider, tier, ...counted, margin_micros: worth === null ? null : worth - counted.cost_micros }];
    }),
  );
}
