import { Component, input, output } from '@angular/core';
import { type Tier, type TierOption } from '@atelier/contracts';
import { formatCredits } from '../../platform/formatting';
import { formatPixels } from '../../platform/image-text';

const PURPOSES: Readonly<Record<Tier, string>> = {
  standard: 'everyday ideas',
  premium2: 'sharper',
  premium4: 'final artwork',
};

/** The tiers with their prices. A tier that is turned off keeps its card and says why. */
@Component({
  selector: 'app-tier-cards',
  templateUrl: './tier-cards.html',
  styleUrl: './tier-cards.scss',
})
export class TierCards {
  readonly tiers = input.required<readonly TierOption[]>();
  readonly selected = input.required<Tier>();
  readonly chosen = output<Tier>();

  protected price(tier: TierOption): string {
    return tier.credits === 0 ? 'Free' : formatCredits(tier.credits);
  }

  protected detail(tier: TierOption): string {
    return tier.enabled ? `${formatPixels(tier)} · ${PURPOSES[tier.key]}` : (tier.reason ?? 'Turned off by your admin');
  }
}
