import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../../platform/metrics/index.js';
import { Clock, Remembered } from '../../platform/time/index.js';
import { CreditHold } from './credit-hold.entity.js';

/** How often the database is asked at most, however many read the metrics. */
const MAX_AGE_MS = 5_000;

interface OpenHolds {
  readonly count: number;
  readonly credits: number;
}

/** How much is set aside for work that is not finished: it should go back to zero whenever the queue is empty. */
@Injectable()
export class CreditMetrics implements OnModuleInit {
  readonly #openHolds: Remembered<OpenHolds>;

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) clock: Clock,
  ) {
    this.#openHolds = new Remembered(clock, MAX_AGE_MS, () => this.#readOpenHolds());
  }

  onModuleInit(): void {
    this.metrics.gauge('atelier_credit_holds', 'Open holds.', async () => (await this.#openHolds.get()).count);
    this.metrics.gauge(
      'atelier_credits_held',
      'Credits in open holds.',
      async () => (await this.#openHolds.get()).credits,
    );
  }

  async #readOpenHolds(): Promise<OpenHolds> {
    const row = await this.dataSource.manager
      .createQueryBuilder(CreditHold, 'hold')
      .select('COUNT(*)', 'count')
      .addSelect('COALESCE(SUM(hold.amount), 0)', 'credits')
      .where(`hold.state = 'HELD'`)
      .getRawOne<Record<keyof OpenHolds, unknown>>();
    // MySQL answers sums as text.
    return { count: Number(row?.count), credits: Number(row?.credits) };
  }
}
