import { Component, computed, input, output } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { Delivery } from '@atelier/contracts';
import { formatCount, formatInstant, formatUtc } from '../../platform/formatting';
import { StatusDot } from '../../ui/status-dot';
import { DELIVERY_STATUS_WORDS, eventLabel } from '../webhook-words';

/**
 * What was sent, newest first; the name of each event opens its delivery, wherever the row is pressed. On a narrow page
 * each row is laid out as a card, which takes the browser's own table roles away, hence the explicit ones.
 */
@Component({
  selector: 'app-delivery-table',
  imports: [MatTooltip, StatusDot],
  templateUrl: './delivery-table.html',
  styleUrl: './delivery-table.scss',
})
export class DeliveryTable {
  readonly deliveries = input.required<readonly Delivery[]>();

  readonly opened = output<Delivery>();

  protected readonly rows = computed(() =>
    this.deliveries().map((delivery) => ({
      delivery,
      when: formatInstant(delivery.created_at),
      utc: formatUtc(delivery.created_at),
      event: eventLabel(delivery.event_type),
      isReplay: delivery.replay_of !== null,
      status: DELIVERY_STATUS_WORDS[delivery.status],
      attempts: delivery.attempts === 0 ? 'Not sent yet' : formatCount(delivery.attempts, 'attempt'),
      next: delivery.next_attempt_at === null ? undefined : `Next ${formatInstant(delivery.next_attempt_at)}`,
    })),
  );
}
