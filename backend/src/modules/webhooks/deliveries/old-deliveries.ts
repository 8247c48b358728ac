import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, In, LessThan } from 'typeorm';
import { Configuration } from '../../../platform/config/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock, RepeatedTask } from '../../../platform/time/index.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import { WebhookAttempt } from './webhook-attempt.entity.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** Much longer than any message is tried for. */
const RETENTION_MS = 30 * 24 * 60 * 60 * 1_000;

const EVERY_MS = 60 * 60 * 1_000;
const FIRST_AFTER_MS = 60_000;

/** Deliveries that are removed in one transaction, and transactions of one pass. */
const BATCH = 500;
const BATCHES = 200;

/** Forgets deliveries that are a month old, and those of endpoints that are gone. */
@Injectable()
export class OldDeliveries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(OldDeliveries.name);
  readonly #passes = new RepeatedTask((signal) => this.#pass(signal), EVERY_MS);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'duties'>,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.duties.works) this.#passes.start(FIRST_AFTER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#passes.stop();
  }

  /** @returns how many were removed */
  async prune(signal?: AbortSignal): Promise<number> {
    let pruned = 0;
    for (let batch = 0; batch < BATCHES && !signal?.aborted; batch += 1) {
      const ids = [...(await this.#old()), ...(await this.#ownerless())];
      if (ids.length === 0) break;
      await this.transactions.run(async (tx) => {
        await tx.delete(WebhookAttempt, { deliveryId: In(ids) });
        await tx.delete(WebhookDelivery, { id: In(ids) });
      });
      pruned += ids.length;
    }
    return pruned;
  }

  async #pass(signal: AbortSignal): Promise<void> {
    try {
      const pruned = await this.prune(signal);
      if (pruned > 0) this.#logger.log({ pruned }, 'Deliveries of webhooks were forgotten');
    } catch (error) {
      if (!signal.aborted) this.#logger.error({ err: error }, 'Old deliveries of webhooks could not be removed');
    }
  }

  async #old(): Promise<string[]> {
    const rows = await this.dataSource.manager.find(WebhookDelivery, {
      select: { id: true },
      where: { createdAt: LessThan(this.clock.now() - RETENTION_MS) },
      order: { createdAt: 'ASC' },
      take: BATCH,
    });
    return rows.map(({ id }) => id);
  }

  async #ownerless(): Promise<string[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .select('delivery.id', 'id')
      .leftJoin(WebhookEndpoint, 'endpoint', 'endpoint.id = delivery.endpointId')
      .where('endpoint.id IS NULL')
      .limit(BATCH)
      .getRawMany<{ id: string }>();
    return rows.map(({ id }) => id);
  }
}
