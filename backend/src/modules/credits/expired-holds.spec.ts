import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { CreditHold } from './credit-hold.entity.js';
import { CreditsService } from './credits.service.js';
import { ExpiredHolds } from './expired-holds.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { openCredits } from './testing/open-credits.js';

describeAppOnEveryDatabase('ExpiredHolds', (start) => {
  test('are found when their time is over, those that waited longest first', async () => {
    const { app, clock, join, hold, transactions, ledger, dataSource } = await openCredits(start);
    const expired = app.get(ExpiredHolds);
    const anna = await join('Anna', 100);
    const late = await hold(anna.id, 1, 3_000);
    const early = await hold(anna.id, 1, 1_000);
    const [first, second] = [await hold(anna.id, 1, 2_000), await hold(anna.id, 1, 2_000)];
    const captured = await hold(anna.id, 1, 500);
    await transactions.run((tx) => ledger.capture(tx, captured, randomUUID()));
    // Ids of holds count up, which the order of two that expire together follows.
    const [one, other] = await dataSource.manager.find(CreditHold, {
      where: [{ itemId: first }, { itemId: second }],
      order: { id: 'ASC' },
    });

    clock.nowMs += 999;
    expect(await expired.itemIds(10)).toEqual([]);
    clock.nowMs += 1;
    expect(await expired.itemIds(10)).toEqual([early]);
    clock.nowMs += 2_000;
    expect(await expired.itemIds(10)).toEqual([early, one?.itemId, other?.itemId, late]);
    expect(await expired.itemIds(1)).toEqual([early]);
  });

  test('give their credits back once, and only when their time is over', async () => {
    const { app, clock, join, hold, transactions, dataSource } = await openCredits(start);
    const expired = app.get(ExpiredHolds);
    const anna = await join('Anna', 10);
    const item = await hold(anna.id, 4, 1_000);
    const release = (id: string) => transactions.run((tx) => expired.release(tx, id, 'studio.interrupted'));
    const isOpen = () => transactions.run((tx) => expired.isOpen(tx, item));

    clock.nowMs += 999;
    expect([await release(item), await isOpen()]).toEqual([0, true]);
    clock.nowMs += 1;
    expect(await release(randomUUID())).toBe(0);
    expect([await release(item), await isOpen()]).toEqual([4, false]);
    expect(await release(item)).toBe(0);

    expect(await app.get(CreditsService).balanceOf(anna.id)).toMatchObject({ available: 10, held: 0 });
    const [last] = await dataSource.manager.find(LedgerEntry, { order: { seq: 'DESC' }, take: 1 });
    expect(last).toMatchObject({ dst: 'AVAILABLE', reason: 'studio.interrupted', actorType: 'system' });
  });

  test('keep no moment of their end while they are open', async () => {
    const { app, clock, join, hold, transactions, dataSource } = await openCredits(start);
    const anna = await join('Anna', 10);
    const item = await hold(anna.id, 4, 0);
    const resolvedAt = async () => (await dataSource.manager.findOneByOrFail(CreditHold, { itemId: item })).resolvedAt;
    expect(await resolvedAt()).toBeNull();

    await transactions.run((tx) => app.get(ExpiredHolds).release(tx, item, 'studio.interrupted'));

    expect(await resolvedAt()).toBe(clock.nowMs);
  });
});
