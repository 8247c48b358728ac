import { Component, computed, input } from '@angular/core';
import type { Webhook } from '@atelier/contracts';
import { formatInstant } from '../../platform/formatting';
import { EVENT_CHOICES, lastAttempt } from '../webhook-words';

/** What a webhook is told of, and by what its messages are known. */
@Component({
  selector: 'app-webhook-facts',
  template: `
    @let shown = webhook();
    <dl>
      <div>
        <dt>Events</dt>
        <dd>
          <ul>
            @for (event of events(); track event.value) {
              <li>{{ event.label }}</li>
            }
          </ul>
        </dd>
      </div>
      <div>
        <dt>Secret</dt>
        <dd>
          <code>whsec_••••{{ shown.secret_last4 }}</code>
          @if (oldSecretUntil(); as until) {
            <span class="aside">The old one goes on until {{ until }}.</span>
          }
        </dd>
      </div>
      <div>
        <dt>Last message</dt>
        <dd>{{ last() }}</dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>{{ created() }}</dd>
      </div>
    </dl>
  `,
  styleUrl: './webhook-facts.scss',
})
export class WebhookFacts {
  readonly webhook = input.required<Webhook>();

  protected readonly events = computed(() =>
    EVENT_CHOICES.filter(({ value }) => this.webhook().events.includes(value)),
  );
  protected readonly last = computed(() => lastAttempt(this.webhook()));
  protected readonly created = computed(() => formatInstant(this.webhook().created_at));
  protected readonly oldSecretUntil = computed(() => {
    const until = this.webhook().previous_secret_expires_at;
    return until === null ? undefined : formatInstant(until);
  });
}
