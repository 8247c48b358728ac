import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Counter, type Histogram, Metrics } from '../../../platform/metrics/index.js';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';

/** How often the database is asked at most, however many read the metrics. */
const MAX_AGE_MS = 5_000;

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `lost`: somebody else had claimed the message meanwhile. */
const OUTCOMES = ['delivered', 'retried', 'failed', 'lost'] as const;

interface Pending {
  readonly count: number;
  /** When the first of them was to be sent; null where nothing waits. */
  readonly firstAt: number | null;
}

/** Whether messages leave, and how long receivers take. */
@Injectable()
export class WebhookMetrics implements OnModuleInit {
  readonly #attempts: Counter<'outcome'>;
  readonly #durations: Histogram<never>;
  readonly #pending: Remembered<Pending>;

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#attempts = metrics.counter(
      'atelier_webhook_attempts_total',
      'Attempts to deliver a webhook, by how they ended.',
      ['outcome'],
    );
    this.#durations = metrics.histogram(
      'atelier_webhook_attempt_duration_seconds',
      'How long receivers of webhooks took, or were waited for.',
      [],
      SECONDS,
    );
    this.#pending = new Remembered(clock, MAX_AGE_MS, () => this.#readPending());
  }

  onModuleInit(): void {
    for (const outcome of OUTCOMES) this.#attempts.add({ outcome }, 0);
    this.metrics.gauge(
      'atelier_webhook_deliveries_pending',
      'Webhooks that are still to be delivered, be it again.',
      async () => (await this.#pending.get()).count,
    );
    this.metrics.gauge(
      'atelier_webhook_overdue_seconds',
      'For how long the first webhook that is due has been waiting to be sent.',
      async () => {
        const { firstAt } = await this.#pending.get();
        return firstAt === null ? 0 : Math.max(0, this.clock.now() - firstAt) / 1_000;
      },
    );
  }

  attempted(outcome: (typeof OUTCOMES)[number], durationMs: number): void {
    this.#attempts.add({ outcome });
    this.#durations.observe({}, durationMs / 1_000);
  }

  async #readPending(): Promise<Pending> {
    const row = await this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .select('COUNT(*)', 'count')
      .addSelect('MIN(delivery.nextAttemptAt)', 'firstAt')
      .where(`delivery.status = 'pending'`)
      .getRawOne<{ count: unknown; firstAt: string | number | null }>();
    // MySQL answers large numbers as text.
    const firstAt = row?.firstAt ?? null;
    return { count: Number(row?.count), firstAt: firstAt === null ? null : Number(firstAt) };
  }
}
