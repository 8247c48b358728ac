import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { CreditAccount } from './credit-account.entity.js';
import { SYSTEM_ACTOR } from './credit-ledger.js';
import { InsufficientCreditsError, LedgerContradictionError } from './credits.errors.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { type Books, USER, openBooksOn } from './testing/open-books.js';

describeOnEveryDatabase('CreditLedger', (open) => {
  const openBooks = (granted: number): Promise<Books> => openBooksOn(open, granted);

  test('charges exactly the captured items of a hold and returns the rest', async () => {
    const books = await openBooks(10);
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()] as const;

    await books.hold(3, [first, second, third]);
    await books.transactions.run((tx) => books.ledger.capture(tx, first, randomUUID()));
    await books.transactions.run((tx) => books.ledger.capture(tx, second, randomUUID()));
    await books.transactions.run((tx) => books.ledger.release(tx, third, 'test', SYSTEM_ACTOR));

    expect(await books.account()).toMatchObject({ available: 4, held: 0, consumed: 6, granted: 10, seq: 7 });
    const entries = await books.dataSource.manager.find(LedgerEntry, { order: { seq: 'ASC' } });
    expect(
      entries.map(({ seq, src, dst, availableAfter, heldAfter }) => [seq, src, dst, availableAfter, heldAfter]),
    ).toEqual([
      [1, 'OUTSIDE', 'AVAILABLE', 10, 0],
      [2, 'AVAILABLE', 'HELD', 7, 3],
      [3, 'AVAILABLE', 'HELD', 4, 6],
      [4, 'AVAILABLE', 'HELD', 1, 9],
      [5, 'HELD', 'CONSUMED', 1, 6],
      [6, 'HELD', 'CONSUMED', 1, 3],
      [7, 'HELD', 'AVAILABLE', 4, 0],
    ]);
    expect(await books.findings()).toEqual([]);
  });

  test('lets exactly five of two hundred simultaneous holds of 10 through on a balance of 50', async () => {
    const books = await openBooks(50);

    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => books.hold(10, [randomUUID()])));

    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refusals).toHaveLength(195);
    expect(refusals.every(({ reason }) => reason instanceof InsufficientCreditsError)).toBe(true);
    expect(await books.account()).toMatchObject({ available: 0, held: 50, seq: 6 });
    expect(await books.findings()).toEqual([]);
  });

  test('resolves a hold once, whoever races for it', async () => {
    const books = await openBooks(20);
    const item = randomUUID();
    // Another hold beside it: what is taken twice could come from there.
    await books.hold(10, [item, randomUUID()]);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        books.transactions.run((tx) =>
          index % 2 === 0
            ? books.ledger.capture(tx, item, randomUUID())
            : books.ledger.release(tx, item, 'test', SYSTEM_ACTOR),
        ),
      ),
    );

    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failures).toHaveLength(49);
    expect(failures.every(({ reason }) => reason instanceof LedgerContradictionError)).toBe(true);
    const { available, consumed, held } = await books.account();
    expect([available + consumed, held]).toEqual([10, 10]);
    expect(await books.findings()).toEqual([]);
  });

  test('revokes down to what is available and leaves held credits alone', async () => {
    const books = await openBooks(10);
    await books.hold(4, [randomUUID()]);

    await books.transactions.run((tx) =>
      books.ledger.revoke(tx, { userId: USER, grantId: 'back', amount: 100, reason: 'test', actor: SYSTEM_ACTOR }),
    );

    expect(await books.account()).toMatchObject({ available: 0, held: 4, granted: 4 });
    expect(await books.findings()).toEqual([]);
  });

  test('revokes what is there, however many do so at the same moment', async () => {
    const books = await openBooks(10);
    const revoke = () => {
      const deposit = { userId: USER, grantId: randomUUID(), amount: 4, reason: 'test', actor: SYSTEM_ACTOR };
      return books.transactions.run((tx) => books.ledger.revoke(tx, deposit));
    };

    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, revoke));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'credits.grant_invalid' });
    expect(await books.account()).toMatchObject({ available: 0, granted: 0 });
  });

  test.each(['grant', 'revoke'] as const)('writes the same %s once', async (kind) => {
    const books = await openBooks(10);
    const deposit = { userId: USER, grantId: 'twice', amount: 3, reason: 'test', actor: SYSTEM_ACTOR };
    await books.transactions.run((tx) => books.ledger[kind](tx, deposit));
    const once = await books.account();

    await expect(books.transactions.run((tx) => books.ledger[kind](tx, deposit))).rejects.toThrow(/unique|duplicate/i);

    expect(await books.account()).toEqual(once);
    expect(await books.findings()).toEqual([]);
  });

  test('holds nothing for an item that has a hold', async () => {
    const books = await openBooks(10);
    const item = randomUUID();
    await books.hold(2, [item]);

    await expect(books.hold(2, [randomUUID(), item])).rejects.toThrow(/unique|duplicate/i);

    expect(await books.account()).toMatchObject({ available: 8, held: 2, seq: 2 });
    expect(await books.findings()).toEqual([]);
  });

  test('refuses a frozen account and changes nothing', async () => {
    const books = await openBooks(10);
    await books.transactions.run((tx) => tx.update(CreditAccount, { ownerId: String(USER) }, { status: 'FROZEN' }));

    await expect(books.hold(1, [randomUUID()])).rejects.toMatchObject({ code: 'credits.account_frozen' });

    expect(await books.account()).toMatchObject({ available: 10, held: 0, seq: 1 });
  });

  test('sees a balance that does not follow from the entries', async () => {
    const books = await openBooks(10);
    await books.transactions.run((tx) =>
      tx.query(`UPDATE credit_account SET available = 9, consumed = 1 WHERE owner_id = '7'`),
    );

    expect(await books.findings()).toEqual(['available is 9, the entries say 10', 'consumed is 1, the entries say 0']);
  });

  test('keeps available + held + consumed = granted, and every entry adding up, for any interleaving', async () => {
    const step = fc.record({
      action: fc.constantFrom('hold', 'capture', 'release', 'grant', 'revoke'),
      amount: fc.integer({ min: 1, max: 20 }),
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        async (rounds) => {
          const books = await openBooks(30);
          const items: string[] = [];
          let model = 30;
          for (const round of rounds) {
            const settled = await Promise.allSettled(
              round.map(async ({ action, amount, pick }) => {
                const item = items[pick % Math.max(items.length, 1)] ?? 'none';
                const deposit = { userId: USER, grantId: randomUUID(), amount, reason: 'test', actor: SYSTEM_ACTOR };
                if (action === 'hold') {
                  const id = randomUUID();
                  await books.hold(amount, [id]);
                  items.push(id);
                } else {
                  await books.transactions.run(async (tx) => {
                    if (action === 'capture') await books.ledger.capture(tx, item, randomUUID());
                    else if (action === 'release') await books.ledger.release(tx, item, 'test', SYSTEM_ACTOR);
                    else await books.ledger[action](tx, deposit);
                  });
                }
                return { action, amount };
              }),
            );
            for (const outcome of settled) {
              if (outcome.status === 'fulfilled' && outcome.value.action === 'grant') model += outcome.value.amount;
            }
            const { available, held, consumed, granted } = await books.account();
            expect(available + held + consumed).toBe(granted);
            expect(granted).toBeLessThanOrEqual(model);
            expect(await books.findings()).toEqual([]);
            const last = await books.dataSource.manager.findOneOrFail(LedgerEntry, {
              where: {},
              order: { seq: 'DESC' },
            });
            expect([last.availableAfter, last.heldAfter]).toEqual([available, held]);
          }
        },
      ),
      { numRuns: 25 },
    );
    // A database for each run: a server that is busy takes seconds for one.
  }, 240_000);
});
