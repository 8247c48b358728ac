import { Component, computed, input } from '@angular/core';
import type { TierOption } from '@atelier/contracts';
import { formatCredits } from '../../platform/formatting';
import { formatPixels } from '../../platform/image-text';

/** How a tier will look in the studio at the price that is being typed; null while that isn't a price. */
@Component({
  selector: 'app-tier-preview',
  template: `
    <span class="name">{{ tier().label }}</span>
    <span class="price">{{ priceText() }}</span>
    <span class="size">{{ size() }}</span>
  `,
  styleUrl: './tier-preview.scss',
})
export class TierPreview {
  readonly tier = input.required<TierOption>();
  readonly price = input.required<number | null>();

  protected readonly priceText = computed(() => {
    const price = this.price();
    return price === null ? 'No valid price' : formatCredits(price);
  });
  protected readonly size = computed(() => formatPixels(this.tier()));
}
