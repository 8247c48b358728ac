import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { WebhookEventType } from '@atelier/contracts';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import type { OutboxEvent } from '../../platform/outbox/index.js';
import { settingsInForce } from '../studio-settings/index.js';
import { SYSTEM_ACTOR } from './credit-ledger.js';
import { CreditNews } from './credit-news.js';
import { USER, openBooksOn } from './testing/open-books.js';

const price = (credits: number) => ({ credits, version: 'test' });
const SETTINGS = {
  ...settingsInForce(new Map()),
  creditsLowThreshold: 10,
  prices: { standard: price(2), premium2: price(3), premium4: price(8) },
};

describeOnEveryDatabase('News of credits', (open) => {
  /** An account with so many credits, and what somebody who waits for these events is told from then on. */
  async function openBooks(granted: number, ...awaited: WebhookEventType[]) {
    const told: OutboxEvent[] = [];
    const outbox = {
      awaited: async (_: unknown, userId: number) => new Set(userId === USER ? awaited : []),
      put: async (_: unknown, event: OutboxEvent) => void told.push(event),
    };
    const books = await openBooksOn(open, granted, new CreditNews(outbox, { current: async () => SETTINGS }));
    told.splice(0);
    const deposit = (kind: 'grant' | 'revoke', amount: number) => {
      const about = { userId: USER, grantId: randomUUID(), amount, reason: 'test', actor: SYSTEM_ACTOR };
      return books.transactions.run((tx) => books.ledger[kind](tx, about)).then(() => about.grantId);
    };
    return { ...books, told, deposit };
  }
  const low = (available: number) => ({ user_id: USER, available, threshold: 10 });
  const exhausted = (available: number) => ({ user_id: USER, available, cheapest_image: 2 });

  test('tell of a grant, what it was and what there is now', async () => {
    const { told, deposit } = await openBooks(4, 'credits.granted');

    const grantId = await deposit('grant', 20);
    await deposit('revoke', 24);

    const data = { user_id: USER, grant_id: grantId, amount: 20, available: 24 };
    expect(told).toEqual([{ userId: USER, type: 'credits.granted', data }]);
  });

  test('tell of a line when it is crossed on the way down, and not again below it', async () => {
    const { told, hold, deposit } = await openBooks(12, 'credits.low', 'credits.exhausted');
    const toldWhile = async (work: () => Promise<unknown>) => {
      told.splice(0);
      await work();
      return told.map(({ userId, type, data }) => [userId, type, data]);
    };

    expect(await toldWhile(() => hold(1, [randomUUID(), randomUUID()]))).toEqual([]);
    expect(await toldWhile(() => hold(1, [randomUUID()]))).toEqual([[USER, 'credits.low', low(9)]]);
    expect(await toldWhile(() => deposit('revoke', 1))).toEqual([]);
    expect(await toldWhile(() => hold(3, [randomUUID(), randomUUID()]))).toEqual([]);
    expect(await toldWhile(() => deposit('revoke', 1))).toEqual([[USER, 'credits.exhausted', exhausted(1)]]);
    expect(await toldWhile(() => hold(1, [randomUUID()]))).toEqual([]);
    expect(await toldWhile(() => deposit('grant', 10))).toEqual([]);
    expect(await toldWhile(() => deposit('revoke', 10))).toEqual([
      [USER, 'credits.low', low(0)],
      [USER, 'credits.exhausted', exhausted(0)],
    ]);
    // More than there are: as much as was taken counts, which was not enough for the upper line.
    await deposit('grant', 5);
    expect(await toldWhile(() => deposit('revoke', 1_000))).toEqual([[USER, 'credits.exhausted', exhausted(0)]]);
  });

  test.each([['credits.low'], ['credits.exhausted']] as const)(
    'are written for whoever waits for %s alone',
    async (awaited) => {
      const { told, hold, deposit } = await openBooks(12, awaited);

      await hold(2, [randomUUID(), randomUUID()]);
      await deposit('revoke', 9);

      expect(told.map(({ type }) => type)).toEqual(['credits.low', 'credits.exhausted']);
    },
  );

  test('are not written for whoever waits for other events', async () => {
    const { told, hold, deposit } = await openBooks(12, 'credits.granted', 'generation.failed');

    await hold(3, [randomUUID()]);
    await deposit('revoke', 9);

    expect(told).toEqual([]);
  });
});
