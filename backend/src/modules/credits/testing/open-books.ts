import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../../../../test/test-database.js';
import { CreditAccount } from '../credit-account.entity.js';
import { CreditHold } from '../credit-hold.entity.js';
import { CreditLedger, SYSTEM_ACTOR } from '../credit-ledger.js';
import type { CreditNews } from '../credit-news.js';
import { LedgerAudit } from '../ledger-audit.js';
import { LedgerEntry } from '../ledger-entry.entity.js';
import { NO_NEWS } from './no-news.js';

/** Whose books these are, and somebody else, whose credits are nobody's business. */
export const USER = 7;
const NEIGHBOUR = 8;

export interface Books extends TestDatabase {
  readonly ledger: CreditLedger;
  hold(amountEach: number, itemIds: string[]): Promise<unknown>;
  account(): Promise<CreditAccount>;
  findings(): Promise<string[]>;
}

type Open = (...entities: (new () => object)[]) => Promise<TestDatabase>;

/** The ledger alone, with one account that so many credits were granted to. */
export async function openBooksOn(
  open: Open,
  granted: number,
  news: Pick<CreditNews, 'granted' | 'isWatched' | 'lessened'> = NO_NEWS,
): Promise<Books> {
  const database = await open(CreditAccount, CreditHold, LedgerEntry);
  const { dataSource, transactions, clock } = database;
  const ledger = new CreditLedger(clock, news);
  await transactions.run(async (tx) => {
    await ledger.openAccount(tx, NEIGHBOUR);
    await ledger.openAccount(tx, USER);
    if (granted === 0) return;
    const deposit = { userId: USER, grantId: 'first', amount: granted, reason: 'test', actor: SYSTEM_ACTOR };
    await ledger.grant(tx, deposit);
  });
  return {
    ...database,
    ledger,
    hold: (amountEach, itemIds) => {
      const request = { userId: USER, generationId: randomUUID(), itemIds, amountEach };
      return transactions.run((tx) => ledger.hold(tx, { ...request, priceVersion: 'test', ttlMs: 60_000 }));
    },
    account: () => dataSource.manager.findOneByOrFail(CreditAccount, { ownerId: String(USER) }),
    findings: async () => (await new LedgerAudit(dataSource, clock).run()).mismatches.map(({ finding }) => finding),
  };
}
