import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../../platform/metrics/index.js';
import { Clock, Remembered } from '../../platform/time/index.js';
import { CreditHold } from './credit-hold.entity.js';
import { LedgerAuditRecords, type RecordedAudit } from './ledger-audit-records.js';

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
  readonly #audit: Remembered<RecordedAudit | undefined>;

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(LedgerAuditRecords) records: LedgerAuditRecords,
    @Inject(Clock) clock: Clock,
  ) {
    this.#openHolds = new Remembered(clock, MAX_AGE_MS, () => this.#readOpenHolds());
    this.#audit = new Remembered(clock, MAX_AGE_MS, () => records.latest());
  }

  onModuleInit(): void {
    this.metrics.gauge('atelier_credit_holds', 'Open holds.', async () => (await this.#openHolds.get()).count);
    this.metrics.gauge(
      'atelier_credits_held',
      'Credits in open holds.',
      async () => (await this.#openHolds.get()).credits,
    );
    this.#auditGauge('verified_timestamp_seconds', 'When every account was last checked.', (audit) =>
      Math.floor(audit.verifiedAt / 1_000),
    );
    this.#auditGauge('entries', 'Entries that the latest check added up.', (audit) => audit.entriesChecked);
    this.#auditGauge('mismatches', 'What did not add up at the latest check.', (audit) => audit.mismatchCount);
  }

  /** Without a sample until there is a check: a zero would look like one that found nothing. */
  #auditGauge(name: string, help: string, value: (audit: RecordedAudit) => number): void {
    this.metrics.gauge(`atelier_ledger_audit_${name}`, help, async () => {
      const audit = await this.#audit.get();
      return audit ? value(audit) : [];
    });
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
