import { httpResource } from '@angular/common/http';
import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { StudioCosts } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { formatCount, formatCredits, formatDollars, formatNumber } from '../../platform/formatting';
import { TIERS, tierName } from '../../platform/image-text';
import { problemSentence } from '../../platform/problem';
import { ErrorState } from '../../ui/error-state';
import { Skeleton } from '../../ui/skeleton';

const MICROS = 1_000_000;

/** What the images of a provider brought in lately, and what the vendor asks for them. */
@Component({
  selector: 'app-costs-panel',
  imports: [ErrorState, RouterLink, Skeleton],
  templateUrl: './costs-panel.html',
  styleUrl: './costs-panel.scss',
})
export class CostsPanel {
  /** Key of the provider. */
  readonly provider = input.required<string>();

  readonly #resource = httpResource<StudioCosts>(() => `${API_BASE}/admin/studio/costs`);
  readonly #costs = computed(() => {
    const costs = this.#resource.hasValue() ? this.#resource.value() : undefined;
    return costs && { ...costs, costs: costs.costs.filter(({ provider }) => provider === this.provider()) };
  });

  protected readonly errorText = computed(() => {
    const error = this.#resource.error();
    return error && problemSentence(error);
  });
  protected readonly hasCreditValue = computed(() => this.#costs()?.credit_value_micros !== null);
  /** One row per tier; undefined while they are loaded. */
  protected readonly rows = computed(() =>
    this.#costs()
      ?.costs.toSorted((one, other) => rankOf(one.tier) - rankOf(other.tier))
      .map((row) => ({
        tier: row.tier === null ? 'Earlier' : tierName(row.tier),
        images: formatNumber(row.images),
        credits: formatCredits(row.credits_charged),
        cost: formatDollars(row.cost_micros / MICROS),
        margin: row.margin_micros === null ? undefined : formatDollars(row.margin_micros / MICROS),
        isLoss: row.margin_micros !== null && row.margin_micros < 0,
      })),
  );
  protected readonly unknown = computed(() => {
    const count = (this.#costs()?.costs ?? []).reduce((sum, row) => sum + row.unknown_costs, 0);
    return count === 0 ? undefined : `${formatCount(count, 'call')} may have been billed, at a cost that is not known.`;
  });

  protected retry(): void {
    this.#resource.reload();
  }
}

function rankOf(tier: StudioCosts['costs'][number]['tier']): number {
  return tier === null ? TIERS.length : TIERS.indexOf(tier);
}
