import { Inject, Injectable } from '@nestjs/common';
import type { LedgerAuditReport, LedgerMismatch } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { Clock, toInstant } from '../../platform/time/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold } from './credit-hold.entity.js';
import { LedgerEntry } from './ledger-entry.entity.js';

/** Each column of an account, worked out anew from its entries; the names are the account's properties. */
const SUMS = {
  granted: sumOf(`src = 'OUTSIDE'`, `dst = 'OUTSIDE'`),
  available: sumOf(`dst = 'AVAILABLE'`, `src = 'AVAILABLE'`),
  held: sumOf(`dst = 'HELD'`, `src = 'HELD'`),
  consumed: sumOf(`dst = 'CONSUMED'`, `src = 'CONSUMED'`),
  seq: 'COUNT(*)',
} as const;
type Column = keyof typeof SUMS;
const COLUMNS = Object.keys(SUMS) as Column[];

type Sums = Record<Column, number>;
const NOTHING: Sums = { granted: 0, available: 0, held: 0, consumed: 0, seq: 0 };

/** Works the balances out anew from the entries and the holds, and says where they differ. It corrects nothing. */
@Injectable()
export class LedgerAudit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async run(): Promise<LedgerAuditReport> {
    // One snapshot per account, so that a movement between two reads is not taken for a mistake.
    const accounts = await this.dataSource.manager.find(CreditAccount, { select: { id: true }, order: { id: 'ASC' } });
    const mismatches: LedgerMismatch[] = [];
    let entriesChecked = 0;
    for (const { id } of accounts) {
      const { account, sums, openHolds } = await this.#snapshot(id);
      entriesChecked += sums.seq;
      const user_id = Number(account.ownerId);
      for (const column of COLUMNS) {
        if (account[column] !== sums[column]) {
          mismatches.push({ user_id, finding: `${column} is ${account[column]}, the entries say ${sums[column]}` });
        }
      }
      if (account.held !== openHolds) {
        mismatches.push({ user_id, finding: `held is ${account.held}, the open holds say ${openHolds}` });
      }
    }
    return {
      verified_at: toInstant(this.clock.now()),
      accounts_checked: accounts.length,
      entries_checked: entriesChecked,
      mismatches,
    };
  }

  /** Reads an account until it did not move while its entries and holds were added up. */
  async #snapshot(id: string): Promise<{ account: CreditAccount; sums: Sums; openHolds: number }> {
    for (;;) {
      const { manager } = this.dataSource;
      const account = await manager.findOneByOrFail(CreditAccount, { id });
      const query = manager.createQueryBuilder(LedgerEntry, 'entry').select([]).where('entry.accountId = :id', { id });
      for (const column of COLUMNS) query.addSelect(SUMS[column], column);
      const raw = await query.getRawOne<Record<Column, number | string | null>>();
      const openHolds = await manager.sum(CreditHold, 'amount', { accountId: id, state: 'HELD' });
      const { seq } = await manager.findOneByOrFail(CreditAccount, { id });
      if (seq !== account.seq) continue;
      const sums = { ...NOTHING };
      for (const column of COLUMNS) sums[column] = Number(raw?.[column] ?? 0);
      return { account, sums, openHolds: openHolds ?? 0 };
    }
  }
}

function sumOf(added: string, taken: string): string {
  return `COALESCE(SUM(CASE WHEN ${added} THEN amount ELSE 0 END) - SUM(CASE WHEN ${taken} THEN amount ELSE 0 END), 0)`;
}
