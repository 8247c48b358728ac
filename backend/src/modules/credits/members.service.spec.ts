import { expect, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { UsersService } from '../auth/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { MembersService } from './members.service.js';
import { ADMINISTRATOR, openCredits } from './testing/open-credits.js';

describeAppOnEveryDatabase('Members', (start) => {
  test('see who they are and what they can spend', async () => {
    const { app, join, hold } = await openCredits(start);
    const anna = await join('Anna', 10);
    await hold(anna.id, 4);

    expect(await app.get(MembersService).me(anna)).toEqual({ ...anna, credits: { available: 6, held: 4 } });
  });

  test('are listed with their credits, page by page', async () => {
    const { app, join, hold, transactions } = await openCredits(start);
    const [anna, ben] = [await join('Anna', 10), await join('Ben', 0)];
    await hold(anna.id, 4);
    await transactions.run((tx) => tx.query('DELETE FROM credit_account WHERE owner_id = ?', [String(ben.id)]));
    const members = app.get(MembersService);

    const first = await members.list({ limit: 1 });
    expect(first).toMatchObject({
      data: [{ id: anna.id, email: anna.email, status: 'invited', credits: { available: 6, held: 4 } }],
      has_more: true,
    });
    const second = await members.list({ limit: 1, cursor: first.next_cursor ?? 'none' });
    const shop = await members.createServiceAccount(ADMINISTRATOR, { name: 'Shop', role: 'member', credits: 3 });
    expect((await members.list({ limit: 10, kind: 'service' })).data).toMatchObject([
      { id: shop.id, kind: 'service', credits: { available: 3 } },
    ]);
    expect((await members.list({ limit: 10, kind: 'person' })).data.map(({ id }) => id)).toEqual([anna.id, ben.id]);
    expect(second).toMatchObject({
      data: [{ id: ben.id, credits: { available: 0, held: 0 } }],
      has_more: false,
      next_cursor: null,
    });
  });

  test('are invited by a link, or have a password; either way with the credits they were given', async () => {
    const { app } = await openCredits(start);
    const members = app.get(MembersService);

    const invited = await members.create(ADMINISTRATOR, {
      email: 'anna@atelier.test',
      name: 'Anna',
      role: 'member',
      credits: 7,
    });
    const active = await members.create(ADMINISTRATOR, {
      email: 'ben@atelier.test',
      name: 'Ben',
      role: 'member',
      password: 'correct horse battery staple',
      credits: 0,
    });

    expect(invited).toMatchObject({ name: 'Anna', status: 'invited' });
    expect(invited.invitation_url).toMatch(/^http/);
    expect(active).toMatchObject({ name: 'Ben', status: 'active' });
    expect(Object.keys(active)).not.toContain('invitation_url');
    const { data } = await members.list({ limit: 10 });
    expect(data.map(({ name, credits }) => [name, credits.available])).toEqual([
      ['Anna', 7],
      ['Ben', 0],
    ]);
  });

  test('begin with the credits of the settings where nobody said how many', async () => {
    const { app, join, dataSource } = await openCredits(start);
    await app.get(StudioSettingsService, { strict: false }).change(ADMINISTRATOR, { initial_credits: '23' });

    const anna = await join('Anna');
    const ben = await join('Ben', undefined, ADMINISTRATOR);
    await join('Cleo', 0);

    const entries = await dataSource.manager.find(LedgerEntry, { order: { id: 'ASC' } });
    expect(
      entries.map(({ id, amount, actorType, actorId, reason, src }) => [id, amount, actorType, actorId, reason, src]),
    ).toEqual([
      [`initial-${anna.id}.grant`, 23, 'system', 'atelier', 'Initial credits', 'OUTSIDE'],
      [`initial-${ben.id}.grant`, 23, 'user', String(ADMINISTRATOR.id), 'Initial credits', 'OUTSIDE'],
    ]);
  });

  test('do not come to be when their credits can not be granted', async () => {
    const { app, join } = await openCredits(start);

    await expect(join('Anna', 1_000_000_000_001)).rejects.toMatchObject({ code: 'credits.grant_invalid' });

    expect(await app.get(UsersService, { strict: false }).list({ limit: 10 })).toMatchObject({ users: [] });
  });
});
