import { afterEach, expect, test } from '@jest/globals';
import { type TestDatabase, describeOnEveryDatabase } from '../../../../test/test-database.js';
import type { Actor } from '../actor.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AUTH_ENTITIES, type AuthApp, insertUser, startAuthApp } from '../testing/auth-app.js';
import { InvitationsService } from './invitations.service.js';
import { NewUserListeners } from './new-user-listeners.js';
import { UserEntity } from './user.entity.js';
import { UsersService } from './users.service.js';

const PASSWORD = 'seven quiet harbours';
const ROOT: Actor = { id: 1, role: 'admin', name: 'Root', email: 'root@example.com' };

describeOnEveryDatabase('users', (open) => {
  let running: AuthApp | undefined;

  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  async function prepare(): Promise<AuthApp & { database: TestDatabase; users: UsersService }> {
    const database = await open(...AUTH_ENTITIES);
    running = await startAuthApp(database);
    return { ...running, database, users: running.get(UsersService) };
  }

  test('keeps one administrator when two are removed at the same moment', async () => {
    const { database, users } = await prepare();
    for (let round = 0; round < 10; round += 1) {
      await database.dataSource.getRepository(UserEntity).clear();
      const admins = [await insertUser(database, { role: 'admin' }), await insertUser(database, { role: 'admin' })];

      const outcomes = await Promise.allSettled([
        users.update(ROOT, admins[0]?.id ?? 0, { role: 'member' }),
        users.update(ROOT, admins[1]?.id ?? 0, { status: 'disabled' }),
      ]);

      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'users.last_admin' }) }]);
      expect(await database.dataSource.getRepository(UserEntity).countBy({ role: 'admin', status: 'active' })).toBe(1);
    }
  });

  test('does not count invited and disabled administrators', async () => {
    const { database, users } = await prepare();
    const admin = await insertUser(database, { role: 'admin' });
    await insertUser(database, { role: 'admin', status: 'invited', passwordHash: null });
    await insertUser(database, { role: 'admin', status: 'disabled' });

    await expect(users.update(ROOT, admin.id, { role: 'member' })).rejects.toMatchObject({ code: 'users.last_admin' });
    await expect(users.update(ROOT, admin.id, { name: 'Still admin' })).resolves.toMatchObject({ role: 'admin' });
  });

  test('lets members change nobody, not even themselves', async () => {
    const { database, users } = await prepare();
    const member = await insertUser(database);
    const actor: Actor = { id: member.id, role: 'member', name: member.name, email: member.email };

    await expect(users.update(actor, member.id, { role: 'admin' })).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(users.create(actor, { email: 'x@example.com', name: 'X', role: 'admin' })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
  });

  test('lets keys look after members, and neither make, change nor invite administrators', async () => {
    const { database, users } = await prepare();
    const claims = { userId: ROOT.id, apiKeyId: '0'.repeat(12), monthlyCreditLimit: null } as const;
    const actor: Actor = { ...ROOT, apiKey: { ...claims, scopes: ['admin:users'] } };
    const [member, other] = [await insertUser(database), await insertUser(database, { role: 'admin' })];
    const invited = await users.create(ROOT, { email: 'next@example.com', name: 'Next', role: 'admin' });
    const refused = { code: 'auth.api_key_scope', kind: 'forbidden' };
    const newUser = { email: 'x@example.com', name: 'X', role: 'member' } as const;

    for (const attempt of [
      () => users.create(actor, { ...newUser, role: 'admin', password: PASSWORD }),
      () => users.createServiceAccount(actor, { name: 'X', role: 'admin' }),
      () => users.update(actor, member.id, { role: 'admin' }),
      () => users.update(actor, other.id, { status: 'disabled' }),
      () => users.renewInvitation(actor, invited.user.id),
      () => users.create(actor, { ...newUser, initialCredits: 1 }),
      () => users.createServiceAccount(actor, { name: 'X', role: 'member', initialCredits: 1 }),
    ])
      await expect(attempt()).rejects.toMatchObject(refused);

    await expect(users.update(actor, member.id, { name: 'Ada' })).resolves.toMatchObject({ name: 'Ada' });
    await expect(users.create(actor, newUser)).resolves.toMatchObject({ user: { role: 'member' } });
    const generous: Actor = { ...ROOT, apiKey: { ...claims, scopes: ['admin:users', 'admin:credits'] } };
    await expect(
      users.create(generous, { ...newUser, email: 'y@example.com', initialCredits: 5 }),
    ).resolves.toBeDefined();
  });

  test('ends the sessions of a disabled user for good', async () => {
    const { database, users, get } = await prepare();
    const sessions = get(SessionsService);
    const member = await insertUser(database);
    const { grant, refreshToken } = await sessions.signIn(member.id, 0);

    await users.update(ROOT, member.id, { status: 'disabled' });
    await expect(sessions.recognise(grant.access_token)).rejects.toMatchObject({ code: 'auth.token_invalid' });
    await users.update(ROOT, member.id, { status: 'active' });

    await expect(sessions.recognise(grant.access_token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(sessions.refresh(refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_invalid' });
  });

  test('takes a role away with the next request, and lets the session go on without it', async () => {
    const { database, users, get } = await prepare();
    const sessions = get(SessionsService);
    await insertUser(database, { role: 'admin' });
    const admin = await insertUser(database, { role: 'admin' });
    const { grant, refreshToken } = await sessions.signIn(admin.id, 0);

    await users.update(ROOT, admin.id, { role: 'member' });

    await expect(sessions.recognise(grant.access_token)).rejects.toMatchObject({ code: 'auth.token_expired' });
    const refreshed = await sessions.refresh(refreshToken);
    expect(await sessions.recognise(refreshed.grant.access_token)).toMatchObject({ user: { role: 'member' } });
  });

  test('has one user per address, whatever its case', async () => {
    const { users } = await prepare();
    await users.create(ROOT, { email: 'Ada@Example.com', name: 'Ada', role: 'member', password: PASSWORD });

    await expect(users.create(ROOT, { email: 'ada@example.com', name: 'Other', role: 'member' })).rejects.toMatchObject(
      {
        code: 'users.email_taken',
      },
    );
  });

  test('refuses weak passwords', async () => {
    const { users } = await prepare();

    await expect(
      users.create(ROOT, { email: 'ada@example.com', name: 'Ada', role: 'member', password: 'password1234567' }),
    ).rejects.toMatchObject({ code: 'auth.password_weak', kind: 'invalid', errors: [{ path: 'password' }] });
  });

  test('tells listeners in the same transaction, and undoes the user when one fails', async () => {
    const { database, users, get } = await prepare();
    const heard: unknown[] = [];
    get(NewUserListeners).add({
      onUserCreated: async (tx, newcomer, actor) => {
        heard.push({ newcomer, actor, isThere: await tx.existsBy(UserEntity, { id: newcomer.id }) });
        if (newcomer.initialCredits === 13) throw new Error('no luck');
      },
    });

    const { user } = await users.create(ROOT, { email: 'a@example.com', name: 'A', role: 'member', initialCredits: 5 });
    await expect(
      users.create(ROOT, { email: 'b@example.com', name: 'B', role: 'member', initialCredits: 13 }),
    ).rejects.toThrow('no luck');

    const newcomer = { id: user.id, email: 'a@example.com', name: 'A', role: 'member', initialCredits: 5 };
    expect(heard[0]).toEqual({ newcomer, actor: ROOT, isThere: true });
    expect(await database.dataSource.getRepository(UserEntity).count()).toBe(1);
  });

  test('invites users without a password; the link works once, however many come with it', async () => {
    const { users, get } = await prepare();
    const invitations = get(InvitationsService);
    const { user, invitationUrl } = await users.create(ROOT, { email: 'a@example.com', name: 'A', role: 'member' });
    const token = new URL(invitationUrl ?? '').hash.slice('#token='.length);

    expect(user.status).toBe('invited');
    await expect(get(SessionsService).signIn(user.id, 0)).rejects.toMatchObject({ code: 'auth.credentials_invalid' });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => invitations.accept(token, PASSWORD)));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await users.find(user.id)).toMatchObject({ status: 'active' });
    await expect(invitations.accept(token, PASSWORD)).rejects.toMatchObject({ code: 'auth.invitation_invalid' });
  });

  test('lets invitations expire, be renewed, and die with the user being disabled', async () => {
    const { clock, users, get } = await prepare();
    const invitations = get(InvitationsService);
    const { user, invitationUrl } = await users.create(ROOT, { email: 'a@example.com', name: 'A', role: 'member' });
    const refused = { code: 'auth.invitation_invalid' };
    clock.advance(72 * 60 * 60 * 1_000);
    await expect(invitations.accept(tokenOf(invitationUrl), PASSWORD)).rejects.toMatchObject(refused);

    const renewed = await users.renewInvitation(ROOT, user.id);
    const newest = await users.renewInvitation(ROOT, user.id);
    await expect(invitations.accept(tokenOf(renewed), PASSWORD)).rejects.toMatchObject(refused);
    await users.update(ROOT, user.id, { status: 'disabled' });
    await expect(invitations.accept(tokenOf(newest), PASSWORD)).rejects.toMatchObject(refused);

    expect(await users.update(ROOT, user.id, { status: 'active' })).toMatchObject({ status: 'invited' });
    await expect(invitations.accept(tokenOf(newest), PASSWORD)).resolves.toMatchObject({
      grant: { user: { id: user.id } },
    });
  });

  test('pages through every user once', async () => {
    const { database, users } = await prepare();
    const ids: number[] = [];
    for (let count = 0; count < 7; count += 1) ids.push((await insertUser(database)).id);

    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await users.list({ limit: 3, cursor });
      seen.push(...page.users.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);

    expect(seen).toEqual(ids);
    await expect(users.list({ limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  test('finds users by a part of their name or address, in whatever case, and by their number', async () => {
    const { database, users } = await prepare();
    const ada = await insertUser(database, { name: 'Ada Lovelace', email: 'ada@example.com' });
    const odd = await insertUser(database, { name: '100%_Örs!', email: 'orsolya@example.com' });
    const shop = await insertUser(database, { name: 'Lovely shop', email: 'service@x.invalid', kind: 'service' });
    const found = async (search: string, kind?: 'person' | 'service'): Promise<number[]> =>
      (await users.list({ limit: 10, kind, search })).users.map(({ id }) => id);

    expect(await found('LOVE')).toEqual([ada.id, shop.id]);
    expect(await found('love', 'person')).toEqual([ada.id]);
    expect(await found('orsolya@EXAMPLE')).toEqual([odd.id]);
    expect(await found('Örs')).toEqual([odd.id]);
    for (const literal of ['0%_', '!', '_', '%']) expect([literal, await found(literal)]).toEqual([literal, [odd.id]]);
    expect(await found(String(shop.id))).toContain(shop.id);
    for (const nobody of ['nobody', `' OR 1=1`, '99999999999']) expect(await found(nobody)).toEqual([]);
    const first = await users.list({ limit: 1, search: 'love' });
    expect(await users.list({ limit: 1, search: 'love', cursor: first.nextCursor ?? '' })).toMatchObject({
      users: [{ id: shop.id }],
      nextCursor: null,
    });
  });

  test('notes activity at most once in five minutes', async () => {
    const { clock, database, users } = await prepare();
    const { id } = await insertUser(database);
    const lastActiveAt = async (): Promise<number | null> =>
      (await database.dataSource.getRepository(UserEntity).findOneByOrFail({ id })).lastActiveAt;
    const startedAt = clock.now();

    await users.touchLastActive({ id, lastActiveAt: null });
    clock.advance(60_000);
    await users.touchLastActive({ id, lastActiveAt: await lastActiveAt() });
    expect(await lastActiveAt()).toBe(startedAt);

    clock.advance(300_000);
    await users.touchLastActive({ id, lastActiveAt: await lastActiveAt() });
    expect(await lastActiveAt()).toBe(clock.now());
  });
});

const tokenOf = (url: string | undefined): string => new URL(url ?? '').hash.slice('#token='.length);
