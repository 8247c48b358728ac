import { expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { newId } from '../../../platform/crypto/index.js';
import { Transactions, insertRows } from '../../../platform/database/index.js';
import { CreditLedger } from '../../credits/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { GenerationRow } from '../generation.entity.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { type ClaimedItem, LEASE_MS } from '../items/item-claims.js';
import { wishFor } from '../testing/generations.js';
import { openStudio } from '../testing/open-studio.js';

const ADMIN = { id: 1, role: 'admin', name: 'Ana', email: 'ana@atelier.test' } as const;

describeAppOnEveryDatabase('The slots of a provider', (start) => {
  async function open(slots: number) {
    const studio = await openStudio(start);
    const { app, clock } = studio;
    const [transactions, ledger] = [app.get(Transactions), app.get(CreditLedger)];
    const limit = (provider_openai_max_concurrent: string) =>
      app.get(StudioSettingsService).change(ADMIN, { provider_openai_max_concurrent });
    await limit(String(slots));
    /** One item each of so many users: what one user may have at work is another matter. */
    const enqueue = async (provider: string, userIds: readonly number[]): Promise<string[]> =>
      transactions.run(async (tx) => {
        const ids: string[] = [];
        for (const userId of userIds) {
          await ledger.openAccount(tx, userId);
          const id = newId(clock.now());
          ids.push(id);
          const [generationId, runAt] = [newId(clock.now()), (clock.nowMs += 1)];
          const item = { id, generationId, userId, idx: 0, provider, state: 'QUEUED', maxAttempts: 3, runAt } as const;
          await insertRows(tx, GenerationRow, [wishFor(item)]);
          await insertRows(tx, GenerationItem, [item]);
        }
        return ids;
      });
    return { ...studio, limit, enqueue };
  }

  const claimed = (claims: readonly (ClaimedItem | undefined)[]): ClaimedItem[] =>
    claims.filter((item) => item !== undefined);

  test('are never exceeded, however many processes claim at once', async () => {
    const { app, claims, enqueue } = await open(3);
    const ids = await enqueue('openai', [11, 12, 13, 14, 15, 16, 17, 18]);

    expect(claimed(await Promise.all(ids.map((id) => claims.claim(id))))).toHaveLength(3);
    const { manager } = app.get(DataSource);
    expect(await manager.countBy(GenerationItem, { state: 'RUNNING' })).toBe(3);
    // A refused claim leaves nothing: no attempt, no fence.
    const [untouched] = await manager.findBy(GenerationItem, { state: 'QUEUED' });
    expect(untouched).toMatchObject({ attempts: 0, fence: 0, leaseOwner: null, startedAt: null });
  });

  test('keep nobody waiting who waits for another provider', async () => {
    const { claims, enqueue } = await open(2);
    const full = await enqueue('openai', [11, 12, 13, 14]);
    const free = await enqueue('mock', [15, 16]);

    expect(await claims.due(2)).toEqual(full.slice(0, 2));
    expect(await claims.due(10)).toEqual([...full.slice(0, 2), ...free]);
    await claims.claim(full[0] ?? '');
    // Of the first four by turn three have no slot, and yet two more are found.
    expect(await claims.due(3)).toEqual([full[1], ...free]);
    await claims.claim(full[1] ?? '');
    expect(await claims.due(10)).toEqual(free);
    expect(claimed(await Promise.all(free.map((id) => claims.claim(id))))).toHaveLength(2);
  });

  test('are free again when an item ends or its lease is lost, and follow the settings', async () => {
    const { clock, claims, queue, limit, enqueue } = await open(1);
    const [first = '', second = '', third = ''] = await enqueue('openai', [11, 12, 13]);
    const item = await claims.claim(first);
    if (!item) throw new Error('The first item could not be claimed');
    expect(await claims.claim(second)).toBeUndefined();
    await queue.requeue(item, 60_000);
    expect(await claims.due(10)).toEqual([second]);
    expect(await claims.claim(second)).toBeDefined();
    expect(await claims.due(10)).toEqual([]);

    await limit('2');
    clock.nowMs += 1_000;
    expect(await claims.due(10)).toEqual([third]);
    expect(await claims.claim(third)).toBeDefined();
    await limit('');
    clock.nowMs += LEASE_MS + 1;
    // Lost leases are at work nowhere.
    expect(new Set(await claims.due(10))).toEqual(new Set([first, second, third]));
    expect(claimed(await Promise.all([first, second, third].map((id) => claims.claim(id))))).toHaveLength(3);
  });
});
