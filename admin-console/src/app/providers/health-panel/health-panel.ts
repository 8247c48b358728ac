import { Component, computed, input } from '@angular/core';
import type { AdminProvider } from '@atelier/contracts';
import { formatDuration, formatInstant } from '../../platform/formatting';
import { TIERS, tierName } from '../../platform/image-text';
import { StatusDot } from '../../ui/status-dot';
import { ADVICE, verdictOf } from '../provider-words';

/** How a provider has done lately: whether it delivers, what went wrong last, and how long images take. */
@Component({
  selector: 'app-health-panel',
  imports: [StatusDot],
  template: `
    <app-status-dot [tone]="verdict().tone">{{ verdict().text }}</app-status-dot>
    @if (failure(); as last) {
      <div class="failure">
        <p>{{ last.message }}</p>
        <p class="advice">{{ last.advice }}</p>
        <p class="when">{{ last.at }}</p>
      </div>
    }
    @if (medians().length > 0) {
      <dl>
        @for (median of medians(); track median.tier) {
          <div>
            <dt>{{ median.tier }}</dt>
            <dd>{{ median.time }}</dd>
          </div>
        }
      </dl>
    }
  `,
  styleUrl: './health-panel.scss',
})
export class HealthPanel {
  readonly provider = input.required<AdminProvider>();

  protected readonly verdict = computed(() => verdictOf(this.provider()));

  protected readonly failure = computed(() => {
    const error = this.provider().health.last_error;
    return error && { message: error.message, advice: ADVICE[error.category], at: formatInstant(error.at) };
  });

  /** How long an image takes, of the tiers that were made lately. */
  protected readonly medians = computed(() => {
    const { median_ms: medians } = this.provider().health;
    return TIERS.flatMap((tier) => {
      const median = medians[tier];
      return median === null ? [] : [{ tier: tierName(tier), time: formatDuration(median) }];
    });
  });
}
