import { httpResource } from '@angular/common/http';
import { Component, computed, inject, input, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatOption, MatSelect } from '@angular/material/select';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import type { Delivery, DeliveryStatus, Webhook } from '@atelier/contracts';
import { AUDIT_LOG_PATH, historyOf } from '../../platform/audit-history';
import { formatInstant } from '../../platform/formatting';
import { lastKnown } from '../../platform/last-known';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemOf, problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { answerOf } from '../../ui/answer-of';
import { confirmed } from '../../ui/confirm-dialog';
import { openDrawer } from '../../ui/drawer';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { MenuLandmark } from '../../ui/menu-landmark';
import { PageHeader } from '../../ui/page-header';
import { rotated } from '../../ui/rotate-secret-dialog/rotate-secret-dialog';
import { Skeleton } from '../../ui/skeleton';
import { StatusDot } from '../../ui/status-dot';
import { DeliveryDrawer, type OpenedDelivery } from '../delivery-drawer/delivery-drawer';
import { DeliveryTable } from '../delivery-table/delivery-table';
import { WebhookCommands, WEBHOOKS_URL } from '../webhook-commands';
import { WebhookDialog } from '../webhook-dialog/webhook-dialog';
import { WebhookFacts } from '../webhook-facts/webhook-facts';
import { rotationOf } from '../webhook-rotation';
import { WebhookTest } from '../webhook-test/webhook-test';
import { DELIVERY_STATUS_ORDER, DELIVERY_STATUS_WORDS, standingOf } from '../webhook-words';

const PAGE_SIZE = 50;

/** One webhook: what it is told, whether that arrives, and everything that was sent. */
@Component({
  selector: 'app-webhook-page',
  imports: [
    DeliveryTable,
    EmptyState,
    ErrorState,
    Icon,
    MatButton,
    MatFormFieldModule,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MenuLandmark,
    MatOption,
    MatSelect,
    PageHeader,
    RouterLink,
    Skeleton,
    StatusDot,
    WebhookFacts,
    WebhookTest,
  ],
  templateUrl: './webhook-page.html',
  styleUrl: './webhook-page.scss',
})
export class WebhookPage {
  /** From the address of the page. */
  readonly id = input.required<string>();

  readonly #dialog = inject(MatDialog);
  readonly #commands = inject(WebhookCommands);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #query = toSignal(this.#route.queryParamMap);
  protected readonly isAdmin = inject(Session).isAdmin;

  readonly #resource = httpResource<Webhook>(() => `${WEBHOOKS_URL}/${this.id()}`);
  protected readonly webhook = lastKnown(this.#resource);
  protected readonly isMissing = computed(() => problemOf(this.#resource.error())?.code === 'webhooks.not_found');
  protected readonly errorText = computed(() => sentenceOf(this.#resource.error()));
  protected readonly standing = computed(() => {
    const webhook = this.webhook();
    return webhook && standingOf(webhook);
  });
  /** Why nothing arrives, and since when; undefined while nothing is wrong. */
  protected readonly trouble = computed(() => {
    const webhook = this.webhook();
    if (!webhook?.failing_since) return undefined;
    const since = formatInstant(webhook.failing_since);
    if (webhook.disabled_reason === 'failing') return { isOff: true, since };
    return webhook.enabled ? { isOff: false, since } : undefined;
  });
  protected readonly historyPath = AUDIT_LOG_PATH;
  protected readonly history = computed(() => historyOf('webhook', this.id()));
  protected readonly isBusy = signal(false);

  /** The filter lives in the address, so that Back and a shared link keep it. */
  protected readonly status = computed(() => DELIVERY_STATUS_ORDER.find((one) => one === this.#query()?.get('status')));
  protected readonly statuses = DELIVERY_STATUS_ORDER.map((status) => ({
    status,
    label: DELIVERY_STATUS_WORDS[status].label,
  }));
  protected readonly deliveries = new PagedList<Delivery>(() => {
    const status = this.status();
    return {
      url: `${WEBHOOKS_URL}/${this.id()}/deliveries`,
      params: { limit: PAGE_SIZE, ...(status && { status }) },
    };
  });
  protected readonly deliveriesError = computed(() => sentenceOf(this.deliveries.error()));
  protected readonly moreError = computed(() => sentenceOf(this.deliveries.moreError()));
  protected readonly skeletonRows = [1, 2, 3, 4];

  protected reload(): void {
    this.#resource.reload();
    this.deliveries.reload();
  }

  protected filterBy(status: DeliveryStatus | 'all'): void {
    const queryParams = { status: status === 'all' ? null : status };
    void this.#router.navigate([], { relativeTo: this.#route, queryParams });
  }

  protected async edit(webhook: Webhook): Promise<void> {
    const edited = await answerOf<Webhook>(this.#dialog, WebhookDialog, webhook);
    if (!edited) return;
    this.webhook.set(edited);
    this.#notifications.inform('Saved. It counts for events from now on.');
  }

  protected async rotate(webhook: Webhook): Promise<void> {
    const after = await rotated(this.#dialog, rotationOf(webhook, this.#commands));
    if (!after) return;
    this.webhook.set(after);
    this.#notifications.inform('Messages are signed with the new secret.');
  }

  protected turnOn(webhook: Webhook): Promise<void> {
    return this.#setEnabled(webhook, true, 'The webhook is on again.');
  }

  protected async turnOff(webhook: Webhook): Promise<void> {
    const isSure = await confirmed(this.#dialog, {
      title: 'Turn this webhook off?',
      text: 'Nothing more is sent to it. What is still pending is given up; you can send it again later.',
      confirm: 'Turn off',
    });
    if (isSure) await this.#setEnabled(webhook, false, 'The webhook is off.');
  }

  protected async delete(webhook: Webhook): Promise<void> {
    const isSure = await confirmed(this.#dialog, {
      title: 'Delete this webhook?',
      text: [`Nothing more is sent to ${webhook.url}.`, 'Its deliveries are deleted with it. This can’t be undone.'],
      confirm: 'Delete',
      cancel: 'Keep it',
      isDestructive: true,
    });
    if (!isSure) return;
    try {
      await this.#commands.delete(webhook.id);
      await this.#router.navigateByUrl('/webhooks');
      this.#notifications.inform('The webhook is deleted.');
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  protected async open(delivery: Delivery): Promise<void> {
    const opened: OpenedDelivery = { webhookId: this.id(), delivery };
    const replayed = await openDrawer<Delivery>(this.#dialog, DeliveryDrawer, opened);
    if (!replayed) return;
    this.#notifications.inform('Sent again, as a message of its own.');
    this.reload();
  }

  async #setEnabled(webhook: Webhook, enabled: boolean, done: string): Promise<void> {
    this.isBusy.set(true);
    try {
      this.webhook.set(await this.#commands.update(webhook.id, { enabled }));
      this.deliveries.reload();
      this.#notifications.inform(done);
    } catch (error) {
      this.#notifications.fail(error);
    } finally {
      this.isBusy.set(false);
    }
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
