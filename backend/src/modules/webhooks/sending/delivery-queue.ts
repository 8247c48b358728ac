import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { giveUpPending } from '../deliveries/give-up.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

/** How long a claim holds: an attempt takes ten seconds at most, and what it came to is written down at once. */
export const LEASE_MS = 30_000;

/** An endpoint with messages that are due. */
export interface DueEndpoint {
  readonly endpointId: string;
  readonly userId: number;
}

/** A message that this process has claimed, and whom it is for. */
export interface ClaimedDelivery {
  readonly delivery: WebhookDelivery;
  readonly endpoint: WebhookEndpoint;
}

const IS_DUE = `status = 'pending' AND next_attempt_at <= :now AND lease_until < :now`;

/** Which messages are to be sent now. Of any number of processes, exactly one claims each. */
@Injectable()
export class DeliveryQueue {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Endpoints with messages that are due, whoever has waited longest first: a backlog of one does not hide the others.
   * @param except endpoints and owners that have their share already
   */
  async dueEndpoints(
    limit: number,
    except: { readonly endpoints: readonly string[]; readonly owners: readonly number[] },
  ): Promise<DueEndpoint[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .select('delivery.endpointId', 'endpointId')
      .addSelect('endpoint.userId', 'userId')
      .innerJoin(WebhookEndpoint, 'endpoint', 'endpoint.id = delivery.endpointId')
      .where(
        `delivery.status = 'pending' AND delivery.nextAttemptAt <= :now AND delivery.leaseUntil < :now
         AND (endpoint.enabled = 1 OR delivery.isTest = 1)`,
        { now: this.clock.now() },
      )
      .groupBy('delivery.endpointId')
      .addGroupBy('endpoint.userId')
      .orderBy('MIN(delivery.nextAttemptAt)', 'ASC')
      .limit(limit);
    if (except.endpoints.length > 0) query.andWhere('delivery.endpointId NOT IN (:...endpoints)', except);
    if (except.owners.length > 0) query.andWhere('endpoint.userId NOT IN (:...owners)', except);
    return query.getRawMany<DueEndpoint>();
  }

  /** The messages of an endpoint that are due, the one that has waited longest first. */
  async due(endpointId: string, limit: number): Promise<string[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .select('delivery.id', 'id')
      .where(`delivery.endpointId = :endpointId AND ${IS_DUE}`, { endpointId, now: this.clock.now() })
      .orderBy('delivery.nextAttemptAt', 'ASC')
      .addOrderBy('delivery.id', 'ASC')
      .limit(limit)
      .getRawMany<{ id: string }>();
    return rows.map(({ id }) => id);
  }

  /** @returns undefined when somebody else was faster, or the endpoint is not to be told any more */
  async claim(id: string): Promise<ClaimedDelivery | undefined> {
    const now = this.clock.now();
    return this.transactions.run(async (tx) => {
      const { affected } = await tx
        .createQueryBuilder()
        .update(WebhookDelivery)
        .set({ fence: () => 'fence + 1', attempts: () => 'attempts + 1', leaseUntil: now + LEASE_MS })
        .where(`id = :id AND ${IS_DUE}`, { id, now })
        .execute();
      if (affected !== 1) return undefined;
      const delivery = await tx.findOneByOrFail(WebhookDelivery, { id });
      const endpoint = await tx.findOneBy(WebhookEndpoint, { id: delivery.endpointId });
      if (endpoint && (endpoint.enabled === 1 || delivery.isTest === 1)) return { delivery, endpoint };
      // It was switched off just when this message came.
      await tx.update(WebhookDelivery, { id }, { status: 'failed', leaseUntil: 0 });
      return undefined;
    });
  }

  /** Ends what is still to be sent for people who may not use the product any more. */
  async giveUp(endpointIds: readonly string[]): Promise<void> {
    for (const endpointId of endpointIds) {
      await this.transactions.run(async (tx) => {
        await giveUpPending(tx, endpointId);
        await tx.update(WebhookDelivery, { endpointId, status: 'pending' }, { status: 'failed' });
      });
    }
  }

  /** Ends every lease. Only for a process that knows itself to be the only one: nobody else can be at work. */
  async endAllLeases(): Promise<void> {
    await this.transactions.run((tx) => tx.update(WebhookDelivery, { status: 'pending' }, { leaseUntil: 0 }));
  }
}
