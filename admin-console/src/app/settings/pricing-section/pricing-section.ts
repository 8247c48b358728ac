import { Component, computed, inject } from '@angular/core';
import { NumberSetting } from '../number-setting/number-setting';
import { SETTING_FIELDS, TIER_PRICE_SETTINGS } from '../setting-fields';
import { SettingsStore } from '../settings-store';
import { TierPreview } from '../tier-preview/tier-preview';

/** One row per tier: its price, and beside it the card that people choose it by. */
@Component({
  selector: 'app-pricing-section',
  imports: [NumberSetting, TierPreview],
  templateUrl: './pricing-section.html',
  styleUrl: './pricing-section.scss',
})
export class PricingSection {
  readonly #store = inject(SettingsStore);

  protected readonly rows = computed(() => {
    const tiers = this.#store.options()?.tiers ?? [];
    return tiers.map((tier) => {
      const key = TIER_PRICE_SETTINGS[tier.key];
      return {
        tier,
        about: SETTING_FIELDS[key],
        field: this.#store.edits.field(key),
        setting: this.#store.settings().get(key),
        key,
      };
    });
  });

  protected readonly creditValue = {
    field: this.#store.edits.field('credit_value_usd'),
    about: SETTING_FIELDS.credit_value_usd,
  };
  protected readonly creditValueSetting = computed(() => this.#store.settings().get('credit_value_usd'));

  /** The typed price, or null while the field doesn't hold one. */
  protected priceOf(row: ReturnType<typeof this.rows>[number]): number | null {
    const state = row.field();
    return state.invalid() ? null : Number(state.value().trim());
  }
}
