import { Inject, Injectable } from '@nestjs/common';
import {
  type AuditFacts,
  type CreateWebhookRequest,
  type IssuedWebhook,
  type PageQuery,
  type UpdateWebhookRequest,
  WEBHOOK_MAX_ENDPOINTS,
  type Webhook,
  type WebhookPage,
} from '@atelier/contracts';
import { DataSource, type EntityManager, LessThan } from 'typeorm';
import { AuditLog, changesBetween } from '../../../platform/audit/index.js';
import { MasterKey, newId } from '../../../platform/crypto/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Outbox } from '../../../platform/outbox/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { Actor } from '../../auth/index.js';
import { giveUpPending } from '../deliveries/give-up.js';
import { WebhookOutbound } from '../sending/webhook-outbound.js';
import { tooManyWebhooks, webhookNotFound } from '../webhooks.errors.js';
import { readReceiver } from './receiver-address.js';
import { auditTargetOf } from './webhook-audit-target.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { NO_PREVIOUS, WebhookSecrets } from './webhook-secrets.js';
import { eventsOf, webhookView } from './webhook-view.js';

/** Endpoints, each its owner's alone. Secrets leave in the answer that makes them and never again. */
@Injectable()
export class WebhooksService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(WebhookSecrets) private readonly secrets: WebhookSecrets,
    @Inject(WebhookOutbound) private readonly outbound: Pick<WebhookOutbound, 'checkUrl'>,
    @Inject(MasterKey) private readonly masterKey: MasterKey,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws DomainError `request.invalid` for an address that is not told, `webhooks.limit_reached` */
  async create(actor: Actor, request: CreateWebhookRequest): Promise<IssuedWebhook> {
    const nowMs = this.clock.now();
    const id = newId(nowMs);
    const secret = this.secrets.issue();
    const endpoint: WebhookEndpoint = {
      id,
      userId: actor.id,
      url: readReceiver(request.url, this.outbound),
      description: request.description ?? '',
      events: request.events.join(' '),
      enabled: 1,
      disabledReason: null,
      ...this.secrets.seal(id, secret),
      ...NO_PREVIOUS,
      createdAt: nowMs,
      updatedAt: nowMs,
      lastAttemptAt: null,
      lastAttemptStatus: null,
      failingSince: null,
    };
    await this.transactions.run(async (tx) => {
      // From here on those who make endpoints take turns, so each counts what the others have made.
      await this.masterKey.hold(tx);
      if ((await tx.countBy(WebhookEndpoint, { userId: actor.id })) >= WEBHOOK_MAX_ENDPOINTS) {
        throw tooManyWebhooks(WEBHOOK_MAX_ENDPOINTS);
      }
      await tx.insert(WebhookEndpoint, endpoint);
      await this.outbox.subscribe(tx, id, actor.id, request.events);
      await this.audit.record(tx, {
        ...{ actor, action: 'webhook.create', target: auditTargetOf(endpoint) },
        after: { ...factsOf(endpoint), secret: 'changed' },
      });
    });
    return { ...webhookView(endpoint, nowMs), secret };
  }

  /** The newest first. */
  async list(actor: Actor, { limit, cursor }: PageQuery): Promise<WebhookPage> {
    const rows = await this.dataSource.manager.find(WebhookEndpoint, {
      where: { userId: actor.id, ...(cursor === undefined ? {} : { id: LessThan(cursor) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    const nowMs = this.clock.now();
    return {
      data: page.map((endpoint) => webhookView(endpoint, nowMs)),
      has_more: hasMore,
      next_cursor: hasMore ? (page.at(-1)?.id ?? null) : null,
    };
  }

  async get(actor: Actor, id: string): Promise<Webhook> {
    return webhookView(await this.find(actor, id), this.clock.now());
  }

  /** @throws DomainError `webhooks.not_found`, also for somebody else's */
  async find({ id: userId }: Pick<Actor, 'id'>, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.dataSource.manager.findOneBy(WebhookEndpoint, { id, userId });
    if (!endpoint) throw webhookNotFound();
    return endpoint;
  }

  /** Switched off, an endpoint is told nothing more; switched on, it has another three days to answer. */
  async update(actor: Actor, id: string, change: UpdateWebhookRequest): Promise<Webhook> {
    const url = change.url === undefined ? undefined : readReceiver(change.url, this.outbound);
    const nowMs = this.clock.now();
    const after = await this.transactions.run(async (tx) => {
      const before = await lock(tx, actor, id);
      const after = Object.assign(new WebhookEndpoint(), before, {
        url: url ?? before.url,
        description: change.description ?? before.description,
        events: change.events?.join(' ') ?? before.events,
        ...switched(before, change.enabled),
        updatedAt: nowMs,
      });
      await tx.update(WebhookEndpoint, { id }, after);
      if (after.enabled === 1) await this.outbox.subscribe(tx, id, actor.id, eventsOf(after));
      else await this.outbox.unsubscribe(tx, id);
      if (after.enabled === 0) await giveUpPending(tx, id);
      const changes = changesBetween(factsOf(before), factsOf(after));
      if (changes) {
        await this.audit.record(tx, { actor, action: 'webhook.change', target: auditTargetOf(after), ...changes });
      }
      return after;
    });
    return webhookView(after, nowMs);
  }

  /** Gives the endpoint another secret; for the time of grace, messages are signed with both. */
  async rotate(actor: Actor, id: string, graceSeconds: number): Promise<IssuedWebhook> {
    const secret = this.secrets.issue();
    const nowMs = this.clock.now();
    const after = await this.transactions.run(async (tx) => {
      await this.masterKey.hold(tx);
      const before = await lock(tx, actor, id);
      const validUntil = graceSeconds > 0 ? nowMs + graceSeconds * 1_000 : null;
      const change = {
        ...this.secrets.retire(before, validUntil),
        ...this.secrets.seal(id, secret),
        updatedAt: nowMs,
      };
      await tx.update(WebhookEndpoint, { id }, change);
      await this.audit.record(tx, {
        ...{ actor, action: 'webhook.rotate', target: auditTargetOf(before) },
        after: { secret: 'changed', grace_seconds: graceSeconds },
      });
      return Object.assign(before, change);
    });
    return { ...webhookView(after, nowMs), secret };
  }

  /** At once and for good; what it was still to be told is never sent, and its deliveries are removed with time. */
  async delete(actor: Actor, id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const before = await lock(tx, actor, id);
      await tx.delete(WebhookEndpoint, { id });
      await this.outbox.unsubscribe(tx, id);
      await this.audit.record(tx, {
        ...{ actor, action: 'webhook.delete', target: auditTargetOf(before) },
        before: factsOf(before),
      });
    });
  }
}

/** What is recorded of an endpoint. */
function factsOf(endpoint: WebhookEndpoint): AuditFacts {
  const { url, description, enabled } = endpoint;
  return { url, description, events: eventsOf(endpoint), enabled: enabled === 1 };
}

function switched(
  before: WebhookEndpoint,
  enabled: boolean | undefined,
): Pick<WebhookEndpoint, 'enabled' | 'disabledReason' | 'failingSince'> {
  const { disabledReason, failingSince } = before;
  if (enabled === undefined || enabled === (before.enabled === 1)) {
    return { enabled: before.enabled, disabledReason, failingSince };
  }
  return enabled
    ? { enabled: 1, disabledReason: null, failingSince: null }
    : { enabled: 0, disabledReason: 'by_owner', failingSince };
}

/** Makes those who change an endpoint take turns. */
async function lock(tx: EntityManager, { id: userId }: Actor, id: string): Promise<WebhookEndpoint> {
  const { affected } = await tx.update(WebhookEndpoint, { id, userId }, { userId });
  if (affected !== 1) throw webhookNotFound();
  return tx.findOneByOrFail(WebhookEndpoint, { id });
}
