import { Component, computed, input } from '@angular/core';
import type { FieldTree } from '@angular/forms/signals';
import type { StudioSetting, Tier } from '@atelier/contracts';
import { tierName } from '../../platform/image-text';
import { StatusDot } from '../../ui/status-dot';
import type { ProviderField } from '../provider-fields';
import { ProviderSetting } from '../provider-setting/provider-setting';
import { marginOf, offeredShapes } from '../tier-effect';

/** One setting as it is edited. */
export interface EditedSetting {
  readonly field: ProviderField;
  readonly control: FieldTree<string, string>;
  readonly setting: StudioSetting | undefined;
}

/** What a provider does for one tier, and what the studio makes of it while it is typed. */
@Component({
  selector: 'app-tier-settings',
  imports: [ProviderSetting, StatusDot],
  templateUrl: './tier-settings.html',
  styleUrl: './tier-settings.scss',
})
export class TierSettings {
  readonly tier = input.required<Tier>();
  readonly fields = input.required<readonly EditedSetting[]>();
  /** Price of one image; null while it is not known. */
  readonly credits = input.required<number | null>();
  /** What a credit is worth in US dollars; empty where nobody said. */
  readonly creditValueUsd = input.required<string>();

  protected readonly name = computed(() => tierName(this.tier()));
  readonly #draft = computed(() => {
    const typed = (kind: ProviderField['kind']) =>
      this.fields()
        .find(({ field }) => field.kind === kind)
        ?.control()
        .value() ?? '';
    return {
      model: typed('model'),
      size: typed('size'),
      aspectRatios: typed('aspect_ratios'),
      costUsd: typed('cost_usd'),
      credits: this.credits(),
      creditValueUsd: this.creditValueUsd(),
    };
  });
  protected readonly shapes = computed(() => offeredShapes(this.#draft()));
  protected readonly margin = computed(() => marginOf(this.#draft()));
}
