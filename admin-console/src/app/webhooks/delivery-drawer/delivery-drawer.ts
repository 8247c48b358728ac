import { httpResource } from '@angular/common/http';
import { Component, computed, inject, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import type { Delivery, DeliveryDetail } from '@atelier/contracts';
import { formatInstant, formatUtc } from '../../platform/formatting';
import { problemSentence } from '../../platform/problem';
import { CopyButton } from '../../ui/copy-button';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { Skeleton } from '../../ui/skeleton';
import { StatusDot } from '../../ui/status-dot';
import { WEBHOOKS_URL, WebhookCommands } from '../webhook-commands';
import { DELIVERY_STATUS_WORDS, attemptInWords, eventLabel } from '../webhook-words';

export interface OpenedDelivery {
  readonly webhookId: string;
  readonly delivery: Delivery;
}

/** What was sent, and what the receiver answered each time. Closes with the new delivery when it is sent again. */
@Component({
  selector: 'app-delivery-drawer',
  imports: [CopyButton, ErrorState, Icon, MatButton, MatDialogModule, MatIconButton, Skeleton, StatusDot],
  templateUrl: './delivery-drawer.html',
  styleUrl: './delivery-drawer.scss',
})
export class DeliveryDrawer {
  readonly #commands = inject(WebhookCommands);
  readonly #dialogRef = inject<MatDialogRef<DeliveryDrawer, Delivery>>(MatDialogRef);
  readonly #opened = inject<OpenedDelivery>(MAT_DIALOG_DATA);

  readonly #resource = httpResource<DeliveryDetail>(
    () => `${WEBHOOKS_URL}/${this.#opened.webhookId}/deliveries/${this.#opened.delivery.id}`,
  );
  protected readonly detail = computed(() => (this.#resource.hasValue() ? this.#resource.value() : undefined));
  protected readonly errorText = computed(() => {
    const error = this.#resource.error();
    return error === undefined ? undefined : problemSentence(error);
  });
  protected readonly title = eventLabel(this.#opened.delivery.event_type);
  protected readonly status = computed(() => DELIVERY_STATUS_WORDS[(this.detail() ?? this.#opened.delivery).status]);
  protected readonly facts = computed(() => {
    const detail = this.detail();
    return (
      detail && {
        local: formatInstant(detail.created_at),
        utc: formatUtc(detail.created_at),
        next: detail.next_attempt_at === null ? undefined : formatInstant(detail.next_attempt_at),
        headers: Object.entries(detail.request.headers),
        body: prettyJson(detail.request.body),
      }
    );
  });
  /** The latest first: it is the one that somebody looks for. */
  protected readonly attempts = computed(() =>
    (this.detail()?.attempts ?? [])
      .map((attempt, index) => ({
        ...attempt,
        number: index + 1,
        when: formatInstant(attempt.at),
        words: attemptInWords(attempt),
      }))
      .reverse(),
  );
  protected readonly isReplaying = signal(false);
  protected readonly failure = signal<string | undefined>(undefined);

  protected reload(): void {
    this.#resource.reload();
  }

  protected async replay(): Promise<void> {
    const { webhookId, delivery } = this.#opened;
    this.isReplaying.set(true);
    this.failure.set(undefined);
    try {
      this.#dialogRef.close(await this.#commands.replay(webhookId, delivery.id));
    } catch (error) {
      this.failure.set(problemSentence(error));
    } finally {
      this.isReplaying.set(false);
    }
  }
}

/** With a line for each field; a body that is no JSON stays as it is. */
function prettyJson(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // It is shown all the same.
    return body;
  }
}
