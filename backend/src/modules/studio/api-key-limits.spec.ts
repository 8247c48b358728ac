import { expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { Transactions } from '../../platform/database/index.js';
import { type Actor, ApiKeySpending, startOfMonth } from '../auth/index.js';
import { ProviderError } from '../providers/index.js';
import { ApiKeyLimits } from './api-key-limits.js';
import { GenerationRow } from './generation.entity.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { PRICE, type TestStudio, USER, imageOf, openStudio } from './testing/open-studio.js';

const [KEY, OTHER_KEY] = ['key-of-anna', 'key-of-ben'];
const ANNA: Actor = { id: USER, role: 'member', name: 'Anna', email: 'anna@atelier.test' };

const asking = (monthlyCreditLimit: number | null, apiKeyId = KEY): Actor => ({
  ...ANNA,
  apiKey: { userId: USER, apiKeyId, scopes: [], monthlyCreditLimit },
});

describeAppOnEveryDatabase('What an API key may spend', (start) => {
  async function open() {
    const studio = await openStudio(start, 1_000);
    const { app, clock } = studio;
    const spending = new ApiKeySpending();
    const limits = new ApiKeyLimits(app.get(DataSource), spending, clock);
    const isWithin = (actor: Actor) => app.get(Transactions).run((tx) => limits.assertWithin(tx, actor));
    return { ...studio, limits, spending, isWithin };
  }

  /** Items of a generation that was asked for with a key. */
  async function buy(
    { app, submitBatch }: TestStudio,
    count: number,
    apiKeyId: string | null = KEY,
  ): Promise<string[]> {
    const { manager } = app.get(DataSource);
    const ids = await submitBatch(count);
    const { generationId } = await manager.findOneByOrFail(GenerationItem, { id: ids[0] ?? '' });
    await manager.update(GenerationRow, { id: generationId }, { apiKeyId });
    return ids;
  }

  test('is what it has used and what is held, and not what came back', async () => {
    const studio = await open();
    const [made = '', failed = '', waiting] = await buy(studio, 3);
    const item = await studio.claim(made);
    await studio.queue.succeed(item, imageOf(item, studio.clock));
    await studio.queue.fail(await studio.claim(failed), new ProviderError('content_rejected'));
    expect(await studio.stateOf(waiting ?? '')).toBe('QUEUED');

    await studio.isWithin(asking(2 * PRICE));
    await expect(studio.isWithin(asking(2 * PRICE - 1))).rejects.toMatchObject({
      code: 'credits.key_limit_reached',
      message: expect.stringContaining(`${2 * PRICE - 1} credits`),
    });
  });

  test('is its own business: neither another key nor a person counts', async () => {
    const studio = await open();
    await buy(studio, 5, OTHER_KEY);
    await buy(studio, 5, null);

    await studio.isWithin(asking(0));
    await expect(studio.isWithin(asking(0, OTHER_KEY))).rejects.toMatchObject({ code: 'credits.key_limit_reached' });
  });

  test('begins anew with each month', async () => {
    const studio = await open();
    const { clock } = studio;
    const month = startOfMonth(clock.nowMs);
    clock.nowMs = month;
    await buy(studio, 1);
    await expect(studio.isWithin(asking(0))).rejects.toMatchObject({ code: 'credits.key_limit_reached' });

    clock.nowMs = startOfMonth(month + 32 * 86_400_000);
    await studio.isWithin(asking(0));
  });

  test('has no end where none was set, and for a person who is signed in', async () => {
    const studio = await open();
    await buy(studio, 5);

    await studio.isWithin(asking(null));
    await studio.isWithin(ANNA);
  });

  test('is told to whoever looks after keys', async () => {
    const studio = await open();
    await buy(studio, 2);
    await buy(studio, 1, OTHER_KEY);
    studio.limits.onModuleInit();

    expect(await studio.spending.thisMonth([KEY, OTHER_KEY, 'another'], studio.clock.nowMs)).toEqual(
      new Map([
        [KEY, 2 * PRICE],
        [OTHER_KEY, PRICE],
      ]),
    );
  });
});
