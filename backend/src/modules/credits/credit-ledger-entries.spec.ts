import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { CreditHold } from './credit-hold.entity.js';
import { SYSTEM_ACTOR } from './credit-ledger.js';
import { LedgerContradictionError } from './credits.errors.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { type Books, openBooksOn, USER } from './testing/open-books.js';

describeOnEveryDatabase('CreditLedger, line by line,', (open) => {
  const openBooks = (granted: number): Promise<Books> => openBooksOn(open, granted);

  test('writes down who moved what, for which item and image, and why', async () => {
    const books = await openBooks(10);
    const { dataSource, transactions, ledger } = books;
    const [captured, released, imageId] = [randomUUID(), randomUUID(), randomUUID()];
    const startedAt = Date.now();
    await books.hold(3, [captured, released]);

    expect(await transactions.run((tx) => ledger.capture(tx, captured, imageId))).toEqual({ amount: 3 });
    const actor = { type: 'user', id: '9' } as const;
    expect(await transactions.run((tx) => ledger.release(tx, released, 'Canceled', actor))).toEqual({ amount: 3 });

    const holds = await dataSource.manager.find(CreditHold, { order: { id: 'ASC' } });
    const common = { amount: 3, priceVersion: 'test', accountId: (await books.account()).id };
    expect(holds).toMatchObject([
      { ...common, itemId: captured, state: 'CAPTURED', imageId },
      { ...common, itemId: released, state: 'RELEASED', imageId: null },
    ]);
    for (const { createdAt, resolvedAt, hardExpiresAt } of holds) {
      expect(createdAt).toBeGreaterThanOrEqual(startedAt);
      expect(resolvedAt).toBeGreaterThanOrEqual(createdAt);
      expect(hardExpiresAt).toBe(createdAt + 60_000);
    }
    const generationId = holds[0]?.generationId;
    const [first, second] = holds.map(({ id }) => id);
    const about = (holdId: string | undefined, itemId: string) => ({ holdId, itemId, generationId, amount: 3 });
    const nothing = { holdId: null, itemId: null, generationId: null, imageId: null };
    const entries = await dataSource.manager.find(LedgerEntry, { order: { seq: 'ASC' } });
    expect(entries).toMatchObject([
      { ...nothing, id: 'first.grant', amount: 10, actorType: 'system', actorId: 'atelier', reason: 'test' },
      { ...about(first, captured), id: `${first}.hold`, actorType: 'user', actorId: '7', reason: null, imageId: null },
      { ...about(second, released), id: `${second}.hold`, actorType: 'user', actorId: '7', reason: null },
      { ...about(first, captured), id: `${first}.capture`, actorType: 'system', actorId: 'atelier', imageId },
      { ...about(second, released), id: `${second}.release`, actorType: 'user', actorId: '9', reason: 'Canceled' },
    ]);
    expect(entries.slice(1).every(({ createdAt }) => createdAt >= startedAt)).toBe(true);
  });

  test('says what is missing, and changes nothing', async () => {
    const books = await openBooks(5);
    const { transactions, ledger } = books;
    const deposit = { userId: USER, grantId: 'more', amount: 1, reason: 'test', actor: SYSTEM_ACTOR };

    await expect(books.hold(3, [randomUUID(), randomUUID()])).rejects.toMatchObject({
      message: 'This costs 6 credits and you have 5. You need 1 more. Nothing was charged.',
    });
    for (const settle of [
      () => transactions.run((tx) => ledger.capture(tx, 'nowhere', randomUUID())),
      () => transactions.run((tx) => ledger.release(tx, 'nowhere', 'test', SYSTEM_ACTOR)),
    ]) {
      await expect(settle()).rejects.toThrow('Item nowhere has no open hold');
    }
    await expect(
      transactions.run((tx) => ledger.grant(tx, { ...deposit, amount: 1_000_000_000_000 - 4 })),
    ).rejects.toMatchObject({
      code: 'credits.grant_invalid',
      message: 'An account can hold at most 1,000,000,000,000 credits.',
    });
    expect(await books.account()).toMatchObject({ available: 5, granted: 5, seq: 1 });

    await books.hold(5, [randomUUID()]);
    await expect(transactions.run((tx) => ledger.revoke(tx, deposit))).rejects.toMatchObject({
      code: 'credits.grant_invalid',
      message: 'There are no available credits to take back.',
    });
    expect(await books.account()).toMatchObject({ available: 0, held: 5, granted: 5, seq: 2 });
  });

  test('does nothing for somebody without an account', async () => {
    const { transactions, ledger } = await openBooks(5);
    const deposit = { userId: 999, grantId: 'more', amount: 1, reason: 'test', actor: SYSTEM_ACTOR };
    const request = { userId: 999, generationId: randomUUID(), itemIds: [randomUUID()], amountEach: 1 };

    for (const attempt of [
      () => transactions.run(async (tx) => ledger.lockAccount(tx, 999)),
      () => transactions.run((tx) => ledger.grant(tx, deposit)),
      () => transactions.run((tx) => ledger.revoke(tx, deposit)),
      () => transactions.run((tx) => ledger.hold(tx, { ...request, priceVersion: 'test', ttlMs: 1 })),
    ]) {
      await expect(attempt()).rejects.toThrow('User 999 has no credit account');
    }
  });

  test('settles no hold that the account knows nothing of', async () => {
    const books = await openBooks(10);
    const { transactions, ledger } = books;
    const item = randomUUID();
    await books.hold(4, [item]);
    await transactions.run((tx) =>
      tx.query(`UPDATE credit_account SET held = 3, available = available + 1 WHERE owner_id = '7'`),
    );
    const before = await books.account();

    await expect(transactions.run((tx) => ledger.capture(tx, item, randomUUID()))).rejects.toThrow(
      /^Account \S+ holds less than hold \S+$/,
    );
    await expect(transactions.run((tx) => ledger.release(tx, item, 'test', SYSTEM_ACTOR))).rejects.toThrow(
      LedgerContradictionError,
    );

    expect(await books.account()).toEqual(before);
    const hold = await books.dataSource.manager.findOneByOrFail(CreditHold, { itemId: item });
    expect(hold).toMatchObject({ state: 'HELD', imageId: null, resolvedAt: null });
  });
});
