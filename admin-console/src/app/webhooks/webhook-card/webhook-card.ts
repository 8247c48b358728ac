import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Webhook } from '@atelier/contracts';
import { StatusDot } from '../../ui/status-dot';
import { eventsInWords, lastAttempt, standingOf } from '../webhook-words';

/** One webhook in the list: where it leads, what it is told, and how that goes. */
@Component({
  selector: 'app-webhook-card',
  imports: [RouterLink, StatusDot],
  template: `
    @let shown = webhook();
    <div class="head">
      <a class="app-plain-link url" [routerLink]="['/webhooks', shown.id]">{{ shown.url }}</a>
      <app-status-dot [tone]="standing().tone">{{ standing().text }}</app-status-dot>
    </div>
    @if (shown.description) {
      <p>{{ shown.description }}</p>
    }
    <p class="facts">
      <span>{{ events() }}</span><span>{{ hasSent() ? 'Last message: ' : '' }}{{ last() }}</span>
    </p>
  `,
  styleUrl: './webhook-card.scss',
})
export class WebhookCard {
  readonly webhook = input.required<Webhook>();

  protected readonly standing = computed(() => standingOf(this.webhook()));
  protected readonly events = computed(() => eventsInWords(this.webhook().events));
  protected readonly last = computed(() => lastAttempt(this.webhook()));
  protected readonly hasSent = computed(() => this.webhook().last_delivery !== null);
}
