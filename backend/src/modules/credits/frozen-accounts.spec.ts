import { expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { AuditEntryRow } from '../../platform/audit/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditsService } from './credits.service.js';
import { FrozenAccounts } from './frozen-accounts.js';
import { LedgerVerification } from './ledger-verification.js';
import { ADMINISTRATOR, type TestCredits, openCredits } from './testing/open-credits.js';

describeAppOnEveryDatabase('Frozen accounts', (start) => {
  const tamper = ({ transactions }: TestCredits, userId: number, by: number): Promise<unknown> =>
    transactions.run((tx) =>
      tx.query('UPDATE credit_account SET available = available - ?, consumed = consumed + ? WHERE owner_id = ?', [
        by,
        by,
        String(userId),
      ]),
    );

  test('are found by a check, listed, and released when they add up again', async () => {
    const books = await openCredits(start);
    const { app, clock, join, hold, dataSource } = books;
    const [verification, frozen] = [app.get(LedgerVerification), app.get(FrozenAccounts)];
    const [anna, ben, cleo] = [await join('Anna', 10), await join('Ben', 20), await join('Cleo', 30)];
    await tamper(books, cleo.id, 2);
    await tamper(books, anna.id, 1);

    const report = await verification.verify();

    expect(report).toMatchObject({
      verified_at: new Date(clock.nowMs).toISOString(),
      accounts_checked: 3,
      entries_checked: 3,
      mismatch_count: 4,
      frozen_accounts: [
        { user_id: anna.id, name: 'Anna', email: 'anna@atelier.test' },
        { user_id: cleo.id, name: 'Cleo', email: 'cleo@atelier.test' },
      ],
    });
    expect([...report.mismatches].sort((a, b) => a.user_id - b.user_id)).toEqual([
      { user_id: anna.id, finding: 'available is 9, the entries say 10' },
      { user_id: anna.id, finding: 'consumed is 1, the entries say 0' },
      { user_id: cleo.id, finding: 'available is 28, the entries say 30' },
      { user_id: cleo.id, finding: 'consumed is 2, the entries say 0' },
    ]);
    await expect(hold(anna.id, 1)).rejects.toMatchObject({ code: 'credits.account_frozen' });
    await expect(frozen.release(ADMINISTRATOR, anna.id)).rejects.toMatchObject({
      code: 'credits.account_contradictory',
    });

    await tamper(books, anna.id, -1);
    expect(await frozen.release(ADMINISTRATOR, anna.id)).toEqual({ user_id: anna.id, is_frozen: false });
    // Nothing is wrong with an account that is not frozen.
    expect(await frozen.release(ADMINISTRATOR, ben.id)).toEqual({ user_id: ben.id, is_frozen: false });
    await hold(anna.id, 1);
    expect((await frozen.list()).map(({ name }) => name)).toEqual(['Cleo']);
    expect(await dataSource.manager.countBy(CreditAccount, { status: 'FROZEN' })).toBe(1);
    await expect(frozen.release(ADMINISTRATOR, 999)).rejects.toMatchObject({ code: 'users.not_found' });
  });

  test('are released once, which is noted with the name of whoever did it', async () => {
    const books = await openCredits(start);
    const { app, join, dataSource } = books;
    const anna = await join('Anna', 10);
    await tamper(books, anna.id, 1);
    await app.get(LedgerVerification).verify();
    await tamper(books, anna.id, -1);
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);

    await app.get(FrozenAccounts).release(ADMINISTRATOR, anna.id);
    expect(warn).toHaveBeenCalledTimes(1);
    await app.get(FrozenAccounts).release(ADMINISTRATOR, anna.id);

    expect(warn.mock.calls).toEqual([[{ userId: anna.id, releasedBy: ADMINISTRATOR.id }, expect.any(String)]]);
    warn.mockRestore();
    const entries = await dataSource.manager.findBy(AuditEntryRow, { action: 'credits.release_account' });
    expect(entries).toHaveLength(1);
    const [{ before, after, ...entry }] = entries as [AuditEntryRow];
    expect(entry).toMatchObject({
      actorId: ADMINISTRATOR.id,
      targetType: 'credit_account',
      targetId: String(anna.id),
      result: 'success',
    });
    expect([before, after].map((text) => JSON.parse(text ?? ''))).toEqual([{ status: 'FROZEN' }, { status: 'ACTIVE' }]);
  });

  test('are told of with the latest check, which is made when there was none', async () => {
    const books = await openCredits(start);
    const { app, clock, join } = books;
    const verification = app.get(LedgerVerification);
    const anna = await join('Anna', 10);

    const first = await verification.latest();
    expect(first).toMatchObject({ accounts_checked: 1, mismatch_count: 0, mismatches: [], frozen_accounts: [] });
    await tamper(books, anna.id, 1);
    clock.nowMs += 1_000;
    expect(await verification.latest()).toEqual(first);
    const second = await verification.verify();
    expect(second.frozen_accounts).toHaveLength(1);
    expect(await verification.latest()).toEqual(second);
  });

  test('sees a hold that the balance knows nothing of', async () => {
    const { app, join, hold, transactions } = await openCredits(start);
    const anna = await join('Anna', 10);
    await hold(anna.id, 4);
    await transactions.run((tx) => tx.query(`UPDATE credit_hold SET amount = 5`));

    const { mismatches } = await app.get(LedgerVerification).verify();

    expect(mismatches).toEqual([{ user_id: anna.id, finding: 'held is 4, the open holds say 5' }]);
    expect(await app.get(CreditsService).balanceOf(anna.id)).toMatchObject({ held: 4 });
  });
});
