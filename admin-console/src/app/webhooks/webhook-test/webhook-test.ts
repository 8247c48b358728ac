import { Component, DOCUMENT, DestroyRef, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { Delivery, DeliveryDetail } from '@atelier/contracts';
import { Notifications } from '../../platform/notifications';
import { pollWhileVisible } from '../../platform/poll';
import { Icon } from '../../ui/icon';
import { StatusDot } from '../../ui/status-dot';
import { WebhookCommands } from '../webhook-commands';
import { type Standing, attemptInWords } from '../webhook-words';

/** A receiver has ten seconds to answer; a queue may take some more. */
const PATIENCE_MS = 30_000;

interface Outcome extends Standing {
  readonly error?: string | undefined;
  readonly excerpt?: string | undefined;
  readonly delivery: Delivery;
}

/** Sends a test message, and tells what the receiver made of it. */
@Component({
  selector: 'app-webhook-test',
  imports: [Icon, MatButton, StatusDot],
  templateUrl: './webhook-test.html',
  styleUrl: './webhook-test.scss',
})
export class WebhookTest {
  readonly webhookId = input.required<string>();

  /** A test was sent, and is over as far as one could wait for it. */
  readonly tested = output();
  readonly opened = output<Delivery>();

  readonly #commands = inject(WebhookCommands);
  readonly #notifications = inject(Notifications);
  readonly #document = inject(DOCUMENT);
  readonly #left = new AbortController();

  protected readonly isTesting = signal(false);
  protected readonly outcome = signal<Outcome | undefined>(undefined);

  constructor() {
    inject(DestroyRef).onDestroy(() => this.#left.abort());
  }

  protected async test(): Promise<void> {
    this.isTesting.set(true);
    this.outcome.set(undefined);
    try {
      const delivery = await this.#commands.test(this.webhookId());
      const outcome = await this.#outcomeOf(delivery);
      if (this.#left.signal.aborted) return;
      this.outcome.set(outcome);
      this.tested.emit();
    } catch (error) {
      if (!this.#left.signal.aborted) this.#notifications.fail(error);
    } finally {
      this.isTesting.set(false);
    }
  }

  async #outcomeOf(delivery: Delivery): Promise<Outcome> {
    const deadline = Date.now() + PATIENCE_MS;
    let detail: DeliveryDetail | undefined;
    await pollWhileVisible(
      async () => {
        detail = await this.#commands.delivery(this.webhookId(), delivery.id);
        return detail.attempts.length > 0 || detail.status !== 'pending' || Date.now() > deadline ? 'done' : 'again';
      },
      this.#document,
      this.#left.signal,
    );
    const attempt = detail?.attempts.at(-1);
    if (!attempt)
      return { tone: 'busy', text: 'Still on its way. The delivery below tells what becomes of it.', delivery };
    return {
      ...attemptInWords(attempt),
      error: attempt.error ?? undefined,
      excerpt: attempt.response_excerpt ?? undefined,
      delivery,
    };
  }
}
