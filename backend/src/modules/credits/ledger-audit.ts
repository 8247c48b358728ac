import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { LedgerMismatch } from '@atelier/contracts';
import { DataSource, MoreThan } from 'typeorm';
import { Clock } from '../../platform/time/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold } from './credit-hold.entity.js';
import { LedgerContradictionError } from './credits.errors.js';
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

/** How much is read at a time: few enough for a statement of a few milliseconds, after which others have their turn. */
const ACCOUNTS_AT_ONCE = 500;
const ENTRIES_AT_ONCE = 5_000;

/** What one check of every account found. */
export interface LedgerFindings {
  readonly verifiedAt: number;
  readonly accountsChecked: number;
  readonly entriesChecked: number;
  readonly mismatches: readonly LedgerMismatch[];
}

interface Snapshot {
  readonly account: CreditAccount;
  readonly openHolds: number;
  readonly lastSeq: number;
}

/** Works the balances out anew from the entries and the holds, and says where they differ. It corrects nothing. */
@Injectable()
export class LedgerAudit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws the signal's reason when it is aborted */
  async run(signal?: AbortSignal): Promise<LedgerFindings> {
    const mismatches: LedgerMismatch[] = [];
    let accountsChecked = 0;
    let entriesChecked = 0;
    for await (const id of this.#accountIds()) {
      signal?.throwIfAborted();
      const { userId, findings, entries } = await this.#check(id, signal);
      accountsChecked += 1;
      entriesChecked += entries;
      mismatches.push(...findings.map((finding) => ({ user_id: userId, finding })));
    }
    return { verifiedAt: this.clock.now(), accountsChecked, entriesChecked, mismatches };
  }

  /** Checks one account. @returns what is wrong with it, in words */
  async findingsOf(accountId: string): Promise<readonly string[]> {
    return (await this.#check(accountId)).findings;
  }

  async #check(
    accountId: string,
    signal?: AbortSignal,
  ): Promise<{ userId: number; findings: readonly string[]; entries: number }> {
    const snapshot = await this.#snapshot(accountId);
    const sums = await this.#sumsOf(snapshot.account, signal);
    return { userId: Number(snapshot.account.ownerId), findings: findingsOf(snapshot, sums), entries: sums.seq };
  }

  async *#accountIds(): AsyncGenerator<string> {
    let last = '';
    for (;;) {
      const accounts = await this.dataSource.manager.find(CreditAccount, {
        select: { id: true },
        where: { id: MoreThan(last) },
        order: { id: 'ASC' },
        take: ACCOUNTS_AT_ONCE,
      });
      for (const { id } of accounts) yield id;
      if (accounts.length < ACCOUNTS_AT_ONCE) return;
      last = accounts.at(-1)?.id ?? last;
    }
  }

  /** Reads everything that moves in one statement, which sees one moment: a movement is not taken for a mistake. */
  async #snapshot(id: string): Promise<Snapshot> {
    const { entities, raw } = await this.dataSource.manager
      .createQueryBuilder(CreditAccount, 'account')
      .addSelect(
        (query) =>
          query
            .select('COALESCE(SUM(hold.amount), 0)')
            .from(CreditHold, 'hold')
            .where(`hold.accountId = account.id AND hold.state = 'HELD'`),
        'open_holds',
      )
      .addSelect(
        (query) =>
          query.select('COALESCE(MAX(entry.seq), 0)').from(LedgerEntry, 'entry').where('entry.accountId = account.id'),
        'last_seq',
      )
      .where('account.id = :id', { id })
      .getRawAndEntities<{ open_holds: number | string; last_seq: number | string }>();
    const [account] = entities;
    const [moving] = raw;
    if (!account || !moving) throw new LedgerContradictionError(`Account ${id} is gone`);
    return { account, openHolds: Number(moving.open_holds), lastSeq: Number(moving.last_seq) };
  }

  /** Adds up the entries that the account had when it was read; those never change, so there is no hurry. */
  async #sumsOf({ id, seq }: CreditAccount, signal: AbortSignal | undefined): Promise<Sums> {
    const sums = { ...NOTHING };
    for (let from = 0; from < seq; from += ENTRIES_AT_ONCE) {
      signal?.throwIfAborted();
      const to = Math.min(from + ENTRIES_AT_ONCE, seq);
      const query = this.dataSource.manager
        .createQueryBuilder(LedgerEntry, 'entry')
        .select([])
        .where('entry.accountId = :id AND entry.seq > :from AND entry.seq <= :to', { id, from, to });
      for (const column of COLUMNS) query.addSelect(SUMS[column], column);
      const raw = await query.getRawOne<Record<Column, number | string | null>>();
      for (const column of COLUMNS) sums[column] += Number(raw?.[column] ?? 0);
      await nextTurn();
    }
    return sums;
  }
}

function findingsOf({ account, openHolds, lastSeq }: Snapshot, sums: Sums): string[] {
  const findings = COLUMNS.filter((column) => account[column] !== sums[column]).map(
    (column) => `${column} is ${account[column]}, the entries say ${sums[column]}`,
  );
  if (lastSeq > account.seq) findings.push(`seq is ${account.seq}, the last entry is number ${lastSeq}`);
  if (account.held !== openHolds) findings.push(`held is ${account.held}, the open holds say ${openHolds}`);
  return findings;
}

function sumOf(added: string, taken: string): string {
  return `COALESCE(SUM(CASE WHEN ${added} THEN amount ELSE 0 END) - SUM(CASE WHEN ${taken} THEN amount ELSE 0 END), 0)`;
}
