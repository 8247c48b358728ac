import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type { Webhook } from '@atelier/contracts';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { answerOf } from '../../ui/answer-of';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { WebhookCard } from '../webhook-card/webhook-card';
import { WEBHOOKS_URL } from '../webhook-commands';
import { WebhookDialog } from '../webhook-dialog/webhook-dialog';

const PAGE_SIZE = 50;

/** The addresses of programs that are told what happens to one's generations and credits. */
@Component({
  selector: 'app-webhooks-page',
  imports: [EmptyState, ErrorState, Icon, MatButton, PageHeader, Skeleton, WebhookCard],
  templateUrl: './webhooks-page.html',
  styleUrl: './webhooks-page.scss',
})
export class WebhooksPage {
  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);

  protected readonly webhooks = new PagedList<Webhook>(() => ({ url: WEBHOOKS_URL, params: { limit: PAGE_SIZE } }));
  protected readonly errorText = computed(() => sentenceOf(this.webhooks.error()));
  protected readonly moreErrorText = computed(() => sentenceOf(this.webhooks.moreError()));
  protected readonly skeletonRows = [1, 2, 3];

  protected async create(): Promise<void> {
    const created = await answerOf<Webhook>(this.#dialog, WebhookDialog);
    if (!created) return;
    this.webhooks.reload();
    this.#notifications.inform('Created. Events are sent to it from now on.');
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
