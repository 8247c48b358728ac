import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { describeOnEveryDatabase, type TestDatabase } from '../../../test/test-database.js';
import { DUTIES } from '../../platform/config/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold } from './credit-hold.entity.js';
import { CreditLedger, SYSTEM_ACTOR } from './credit-ledger.js';
import { LedgerAudit } from './ledger-audit.js';
import { LedgerAuditRecords } from './ledger-audit-records.js';
import { LedgerAuditRow } from './ledger-audit.entity.js';
import { LedgerAuditor } from './ledger-auditor.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { NO_NEWS } from './testing/no-news.js';

const [VICTIM, NEIGHBOUR] = [7, 8];

interface Books extends TestDatabase {
  readonly ledger: CreditLedger;
  readonly auditor: LedgerAuditor;
  readonly records: LedgerAuditRecords;
  newAuditor(): LedgerAuditor;
  hold(userId: number, itemId: string): Promise<unknown>;
  account(userId: number): Promise<CreditAccount>;
}

describeOnEveryDatabase('LedgerAuditor', (open) => {
  async function openBooks(): Promise<Books> {
    const database = await open(CreditAccount, CreditHold, LedgerAuditRow, LedgerEntry);
    const { dataSource, transactions, clock } = database;
    const ledger = new CreditLedger(clock, NO_NEWS);
    for (const userId of [VICTIM, NEIGHBOUR]) {
      await transactions.run(async (tx) => {
        await ledger.openAccount(tx, userId);
        const grant = { userId, grantId: `first-${userId}`, amount: 10, reason: 'test', actor: SYSTEM_ACTOR };
        await ledger.grant(tx, grant);
      });
    }
    const records = new LedgerAuditRecords(dataSource, transactions);
    const newAuditor = (): LedgerAuditor =>
      new LedgerAuditor(new LedgerAudit(dataSource, clock), records, transactions, { duties: DUTIES.all });
    return {
      ...database,
      ledger,
      records,
      auditor: newAuditor(),
      newAuditor,
      hold: (userId, itemId) =>
        transactions.run((tx) =>
          ledger.hold(tx, {
            userId,
            generationId: randomUUID(),
            itemIds: [itemId],
            amountEach: 2,
            priceVersion: 'test',
            ttlMs: 60_000,
          }),
        ),
      account: (userId) => dataSource.manager.findOneByOrFail(CreditAccount, { ownerId: String(userId) }),
    };
  }

  const forge = ({ transactions }: Books): Promise<unknown> =>
    transactions.run((tx) =>
      tx.query(`UPDATE credit_account SET available = available - 1, consumed = consumed + 1 WHERE owner_id = '7'`),
    );

  test('freezes an account that was tampered with: no new holds, while open ones are still captured and released', async () => {
    const books = await openBooks();
    const { auditor, ledger, transactions } = books;
    const [running, failing] = [randomUUID(), randomUUID()];
    await books.hold(VICTIM, running);
    await books.hold(VICTIM, failing);
    await forge(books);

    const report = await auditor.audit();

    expect(report).toMatchObject({ accountsChecked: 2, entriesChecked: 4 });
    expect(report.mismatches).toEqual([
      { user_id: VICTIM, finding: 'available is 5, the entries say 6' },
      { user_id: VICTIM, finding: 'consumed is 1, the entries say 0' },
    ]);
    await expect(books.hold(VICTIM, randomUUID())).rejects.toMatchObject({ code: 'credits.account_frozen' });
    await transactions.run((tx) => ledger.capture(tx, running, randomUUID()));
    await transactions.run((tx) => ledger.release(tx, failing, 'test', SYSTEM_ACTOR));
    // Nothing was corrected: the forged credit is still missing.
    expect(await books.account(VICTIM)).toMatchObject({ status: 'FROZEN', available: 7, held: 0, consumed: 3 });
    await books.hold(NEIGHBOUR, randomUUID());
    expect(await books.account(NEIGHBOUR)).toMatchObject({ status: 'ACTIVE', available: 8, held: 2 });
  });

  test('says it once, however many audits in however many processes find it', async () => {
    const books = await openBooks();
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await forge(books);

    await Promise.all([books.auditor.audit(), books.newAuditor().audit(), books.newAuditor().audit()]);
    await books.auditor.audit();

    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toMatchObject({ userId: VICTIM });
    error.mockRestore();
  });

  test('records what it found for every process, the latest first to be read', async () => {
    const books = await openBooks();
    const { auditor, records } = books;
    expect(await records.latest()).toBeUndefined();
    await auditor.audit();
    await forge(books);

    const report = await books.newAuditor().audit();

    expect(report).toMatchObject({ accountsChecked: 2, entriesChecked: 2, mismatchCount: 2 });
    expect(await records.latest()).toEqual(report);
  });

  test('counts every mismatch, lists a hundred, and forgets after a month', async () => {
    const { records, dataSource } = await openBooks();
    const mismatches = Array.from({ length: 101 }, (_, index) => ({ user_id: index + 1, finding: 'held is 1' }));
    const month = 30 * 24 * 60 * 60 * 1_000;
    await records.record({ verifiedAt: 1, accountsChecked: 1, entriesChecked: 1, mismatches: [] });
    await records.record({ verifiedAt: month, accountsChecked: 1, entriesChecked: 1, mismatches: [] });

    await records.record({ verifiedAt: month + 2, accountsChecked: 200, entriesChecked: 300, mismatches });

    const latest = await records.latest();
    expect(latest).toMatchObject({ mismatchCount: 101, accountsChecked: 200 });
    expect(latest?.mismatches).toEqual(mismatches.slice(0, 100));
    expect(await dataSource.manager.count(LedgerAuditRow)).toBe(2);
  });

  test('takes no movement for a mistake', async () => {
    const books = await openBooks();
    const over = new AbortController();
    const traffic = Promise.all(
      [VICTIM, NEIGHBOUR].map(async (userId) => {
        for (let round = 0; round < 40; round += 1) {
          const item = randomUUID();
          await books.hold(userId, item);
          await nextTurn();
          await books.transactions.run((tx) => books.ledger.release(tx, item, 'test', SYSTEM_ACTOR));
        }
      }),
    ).finally(() => over.abort());

    let audits = 0;
    while (!over.signal.aborted) {
      expect((await books.auditor.audit()).mismatches).toEqual([]);
      audits += 1;
    }
    await traffic;

    expect(audits).toBeGreaterThan(1);
    expect(await books.account(VICTIM)).toMatchObject({ status: 'ACTIVE', available: 10, held: 0, seq: 81 });
  });

  test('adds up more entries than it reads at a time, and sees one that was added behind the account', async () => {
    const books = await openBooks();
    const { transactions } = books;
    const { id: accountId } = await books.account(VICTIM);
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      id: `grant-${index}.grant`,
      accountId,
      seq: index + 2,
      src: 'OUTSIDE' as const,
      dst: 'AVAILABLE' as const,
      amount: 1,
      actorType: 'system' as const,
      actorId: 'test',
      availableAfter: index + 11,
      heldAfter: 0,
      createdAt: 1,
    }));
    for (let start = 0; start < many.length; start += 1_000) {
      await transactions.run((tx) => tx.insert(LedgerEntry, many.slice(start, start + 1_000)));
    }
    await transactions.run((tx) =>
      tx.query(
        `UPDATE credit_account SET seq = 10001, granted = granted + 10000, available = available + 10000 WHERE owner_id = '7'`,
      ),
    );

    expect((await books.auditor.audit()).mismatches).toEqual([
      { user_id: VICTIM, finding: 'seq is 10001, the last entry is number 10002' },
    ]);
  });

  test('checks every account of more than it reads at a time', async () => {
    const books = await openBooks();
    const many = Array.from({ length: 499 }, (_, index) => ({
      id: randomUUID(),
      ownerType: 'user' as const,
      ownerId: String(1_000 + index),
      status: 'ACTIVE' as const,
    }));
    await books.transactions.run((tx) => tx.insert(CreditAccount, many));
    await forge(books);

    expect(await books.auditor.audit()).toMatchObject({ accountsChecked: 501, entriesChecked: 2, mismatchCount: 2 });
  });

  test('can not check an account that is not there', async () => {
    const { dataSource, clock } = await openBooks();

    await expect(new LedgerAudit(dataSource, clock).findingsOf('nobody')).rejects.toThrow('Account nobody is gone');
  });

  test('stops in the middle when the process stops', async () => {
    const { auditor, records } = await openBooks();

    await expect(auditor.audit(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
    expect(await records.latest()).toBeUndefined();
  });
});
