import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DUTIES, type ProcessRole } from '../../platform/config/index.js';
import { Transactions } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { LedgerAudit, type LedgerFindings } from './ledger-audit.js';
import { LedgerAuditRecords } from './ledger-audit-records.js';
import { LedgerAuditor } from './ledger-auditor.js';

const MINUTE_MS = 60_000;

/** The rhythm has nothing to do with what is in the database: it is not even opened. */
const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
const transactions = new Transactions(dataSource);

/** Finds nothing, or fails as it is told. */
class ScriptedAudit extends LedgerAudit {
  readonly signals: (AbortSignal | undefined)[] = [];
  fails: (() => Promise<never>) | undefined;

  constructor() {
    super(dataSource, new Clock());
  }

  override async run(signal?: AbortSignal): Promise<LedgerFindings> {
    this.signals.push(signal);
    await this.fails?.();
    return { verifiedAt: 1, accountsChecked: 0, entriesChecked: 0, mismatches: [] };
  }

  get runs(): number {
    return this.signals.length;
  }
}

describe('LedgerAuditor', () => {
  let audit: ScriptedAudit;
  let recorded: number;
  let complaints: unknown[][];

  beforeEach(() => {
    jest.useFakeTimers();
    audit = new ScriptedAudit();
    recorded = 0;
    complaints = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((...words: unknown[]) => void complaints.push(words));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  function auditorOf(role: ProcessRole): LedgerAuditor {
    const records = new LedgerAuditRecords(dataSource, transactions);
    jest.spyOn(records, 'record').mockImplementation(async (findings) => {
      recorded += 1;
      return { ...findings, mismatchCount: 0 };
    });
    return new LedgerAuditor(audit, records, transactions, { duties: DUTIES[role] });
  }

  test('begins soon after the start of the process, and again every ten minutes', async () => {
    const auditor = auditorOf('all');
    auditor.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(4_999);
    expect(audit.runs).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect([audit.runs, recorded]).toEqual([1, 1]);
    // A fifth sooner or later, so that processes do not march in step.
    await jest.advanceTimersByTimeAsync(8 * MINUTE_MS - 1);
    expect(audit.runs).toBe(1);
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS + 1);
    expect([audit.runs, recorded]).toEqual([2, 2]);
    await auditor.beforeApplicationShutdown();
  });

  test('is nothing that a process does which leaves the work to others', async () => {
    auditorOf('api').onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(20 * MINUTE_MS);

    expect(audit.runs).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('says when it failed, and goes on', async () => {
    const auditor = auditorOf('worker');
    const failure = new Error('no database');
    audit.fails = () => Promise.reject(failure);
    auditor.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(5_000);
    expect(complaints).toEqual([[{ err: failure }, expect.any(String)]]);
    audit.fails = undefined;
    await jest.advanceTimersByTimeAsync(12 * MINUTE_MS);

    expect([audit.runs, recorded]).toEqual([2, 1]);
    expect(complaints).toHaveLength(1);
    await auditor.beforeApplicationShutdown();
  });

  test('is interrupted without a complaint when the process stops, and comes no more', async () => {
    const auditor = auditorOf('all');
    audit.fails = () =>
      new Promise((_, reject) => {
        audit.signals[0]?.addEventListener('abort', () => reject(new Error('interrupted')));
      });
    auditor.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5_000);

    await auditor.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(20 * MINUTE_MS);

    expect([audit.runs, recorded]).toEqual([1, 0]);
    expect(audit.signals[0]?.aborted).toBe(true);
    expect(complaints).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
