import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import type { IssuedApiKey, Problem } from '@atelier/contracts';
import { type TestDatabase, describeOnEveryDatabase } from '../../../../test/test-database.js';
import type { Actor } from '../actor.js';
import { CurrentUser } from '../guards/current-user.decorator.js';
import { RequireRole } from '../guards/require-role.decorator.js';
import { RequireScope } from '../guards/require-scope.decorator.js';
import { LiveCredentials } from '../live-credentials.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AUTH_ENTITIES, type AuthApp, insertUser, startAuthApp } from '../testing/auth-app.js';
import { UserEntity } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRecognition, isAllowed } from './api-key-recognition.js';
import { ApiKeysService } from './api-keys.service.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

@Controller('probe')
class ProbeController {
  @Get('session')
  session(@CurrentUser() user: Actor): Actor {
    return user;
  }

  @Get('generate')
  @RequireScope('generate')
  generate(@CurrentUser() user: Actor): Actor {
    return user;
  }

  @Post('users')
  @RequireRole('admin')
  @RequireScope('admin:users')
  users(): { done: true } {
    return { done: true };
  }
}

describeOnEveryDatabase('API keys', (open) => {
  let running: AuthApp | undefined;

  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  interface World extends AuthApp {
    readonly database: TestDatabase;
    readonly keys: ApiKeysService;
    issue(owner: UserEntity, change?: Partial<Parameters<ApiKeysService['create']>[1]>): Promise<IssuedApiKey>;
    ask(key: string, path?: string, method?: string): Promise<[status: number, code: string | undefined]>;
  }

  async function prepare(): Promise<World> {
    const database = await open(...AUTH_ENTITIES);
    running = await startAuthApp(database, { controllers: [ProbeController] });
    const { url, get } = running;
    const keys = get(ApiKeysService);
    return {
      ...running,
      database,
      keys,
      issue: (owner, change = {}) => keys.create(actor(owner), { name: 'A program', scopes: ['generate'], ...change }),
      ask: async (key, path = 'probe/generate', method = 'GET') => {
        const answer = await fetch(`${url}/${path}`, { method, headers: { authorization: `Bearer ${key}` } });
        return [answer.status, answer.ok ? undefined : ((await answer.json()) as Problem).code];
      },
    };
  }

  test('let a program in as its account, with a secret of which only a hash is kept', async () => {
    const { database, issue, url } = await prepare();
    const user = await insertUser(database, { name: 'Ada' });
    const issued = await issue(user);

    const answer = await fetch(`${url}/probe/generate`, { headers: { authorization: `Bearer ${issued.key}` } });
    expect(await answer.json()).toMatchObject({ id: user.id, apiKey: { apiKeyId: issued.id, scopes: ['generate'] } });
    const stored = JSON.stringify(await database.dataSource.getRepository(ApiKeyEntity).find());
    expect(stored).not.toContain(issued.key.slice(18));
    expect(issued).toMatchObject({ prefix: `atl_${issued.id}`, status: 'active', last_used_at: null });
    expect(issued.secret_last4).toBe(issued.key.slice(-4));
  });

  test('open only routes that take their scope, and none that take no key', async () => {
    const { database, issue, ask } = await prepare();
    const admin = await insertUser(database, { role: 'admin' });
    const { key } = await issue(admin, { scopes: ['images:read'] });
    const { key: all } = await issue(admin, { scopes: ['generate', 'admin:users'] });

    expect(await ask(key)).toEqual([403, 'auth.api_key_scope']);
    expect(await ask(all)).toEqual([200, undefined]);
    expect(await ask(all, 'probe/users', 'POST')).toEqual([201, undefined]);
    expect(await ask(all, 'probe/session')).toEqual([403, 'auth.api_key_scope']);
    expect(await ask(all, 'api/v1/api-keys')).toEqual([403, 'auth.api_key_scope']);
  });

  test('never may more than their account at the time of use', async () => {
    const { database, issue, ask, get } = await prepare();
    const root = await insertUser(database, { role: 'admin' });
    const admin = await insertUser(database, { role: 'admin' });
    const { key } = await issue(admin, { scopes: ['admin:users', 'generate'] });
    const member = await insertUser(database);

    await expect(issue(member, { scopes: ['admin:users'] })).rejects.toMatchObject({ errors: [{ path: 'scopes' }] });
    await get(UsersService).update(actor(root), admin.id, { role: 'member' });
    expect(await ask(key, 'probe/users', 'POST')).toEqual([403, 'auth.forbidden']);
    await get(UsersService).update(actor(root), admin.id, { status: 'disabled' });
    expect(await ask(key)).toEqual([401, 'auth.api_key_invalid']);
  });

  test('end at once when they are revoked, or their time is up', async () => {
    const { clock, database, issue, ask, keys } = await prepare();
    const user = await insertUser(database);
    const revoked = await issue(user);
    const brief = await issue(user, { expires_at: new Date(clock.now() + DAY_MS).toISOString() });

    await keys.revoke(actor(user), revoked.id);
    expect(await ask(revoked.key)).toEqual([401, 'auth.api_key_invalid']);
    await expect(keys.update(actor(user), revoked.id, { name: 'Back' })).rejects.toMatchObject({
      code: 'api_keys.not_active',
    });
    await expect(keys.rotate(actor(user), revoked.id, 0)).rejects.toMatchObject({ code: 'api_keys.not_active' });

    clock.advance(DAY_MS - 1);
    expect(await ask(brief.key)).toEqual([200, undefined]);
    clock.advance(1);
    expect(await ask(brief.key)).toEqual([401, 'auth.api_key_invalid']);
    expect(await keys.get(actor(user), brief.id)).toMatchObject({ status: 'expired' });
    await expect(issue(user, { expires_at: new Date(clock.now()).toISOString() })).rejects.toMatchObject({
      errors: [{ path: 'expires_at' }],
    });
  });

  test('live on with their old secret for the time of grace, and no longer', async () => {
    const { clock, database, issue, ask, keys } = await prepare();
    const user = await insertUser(database);
    const first = await issue(user);

    const second = await keys.rotate(actor(user), first.id, 60);
    expect(second).toMatchObject({ id: first.id, status: 'rotating' });
    expect([await ask(first.key), await ask(second.key)]).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    const third = await keys.rotate(actor(user), first.id, 60);
    expect([(await ask(first.key))[0], (await ask(second.key))[0], (await ask(third.key))[0]]).toEqual([401, 200, 200]);
    clock.advance(60_000);
    expect([(await ask(second.key))[0], (await ask(third.key))[0]]).toEqual([401, 200]);

    const fourth = await keys.rotate(actor(user), first.id, 0);
    expect([(await ask(third.key))[0], (await ask(fourth.key))[0]]).toEqual([401, 200]);
  });

  test('have one secret, however many rotate them at the same time', async () => {
    const { database, issue, ask, keys } = await prepare();
    const user = await insertUser(database);
    const { id } = await issue(user);

    const rotations = await Promise.allSettled(Array.from({ length: 10 }, () => keys.rotate(actor(user), id, 0)));
    const issued = rotations.flatMap((rotation) => (rotation.status === 'fulfilled' ? [rotation.value.key] : []));
    const good = await Promise.all(issued.map((key) => ask(key)));
    expect(good.filter(([status]) => status === 200)).toHaveLength(1);
  });

  test('are good from the allowed addresses alone', async () => {
    const { database, issue, ask, keys } = await prepare();
    const user = await insertUser(database);
    const { key, id } = await issue(user, { allowed_addresses: ['192.0.2.0/24', '2001:db8::/32'] });

    expect(await ask(key)).toEqual([403, 'auth.api_key_address']);
    await keys.update(actor(user), id, { allowed_addresses: ['127.0.0.0/8', '::1'] });
    expect(await ask(key)).toEqual([200, undefined]);
  });

  test('belong to their account: others neither see nor change them, administrators do', async () => {
    const { database, issue, keys } = await prepare();
    const [owner, other] = [await insertUser(database), await insertUser(database)];
    const admin = await insertUser(database, { role: 'admin' });
    const { id } = await issue(owner);
    const notFound = { code: 'api_keys.not_found' };

    await expect(keys.get(actor(other), id)).rejects.toMatchObject(notFound);
    await expect(keys.update(actor(other), id, { name: 'Mine' })).rejects.toMatchObject(notFound);
    await expect(keys.rotate(actor(other), id, 0)).rejects.toMatchObject(notFound);
    await expect(keys.revoke(actor(other), id)).rejects.toMatchObject(notFound);
    await expect(keys.list(actor(other), { limit: 50, user_id: owner.id })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    expect((await keys.list(actor(admin), { limit: 50, user_id: owner.id })).data).toMatchObject([{ id }]);
    await expect(keys.rotate(actor(admin), id, 0)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await keys.revoke(actor(admin), id);
    expect(await keys.get(actor(owner), id)).toMatchObject({ status: 'revoked' });
  });

  test('can be made for service accounts by administrators, and for no other person', async () => {
    const { database, issue, keys, ask, get } = await prepare();
    const admin = await insertUser(database, { role: 'admin' });
    const member = await insertUser(database);
    const account = await get(UsersService).createServiceAccount(actor(admin), { name: 'Shop', role: 'member' });
    const issued = await issue(admin, { user_id: account.id });

    expect(account).toMatchObject({ kind: 'service', status: 'active', role: 'member' });
    expect(issued.user).toEqual({ id: account.id, name: 'Shop' });
    await expect(issue(member, { user_id: account.id })).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(issue(admin, { user_id: member.id })).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(issue(admin, { user_id: account.id, scopes: ['admin:users'] })).rejects.toMatchObject({
      code: 'request.invalid',
    });

    const other = await get(UsersService).createServiceAccount(actor(admin), { name: 'Ops', role: 'member' });
    const second = await issue(admin, { user_id: other.id });
    expect(await keys.rotate(actor(admin), second.id, 0)).toMatchObject({ user: { name: 'Ops' } });
    await issue(admin);
    const ofServices = await keys.list(actor(admin), { limit: 50, user_kind: 'service' });
    expect(ofServices.data.map(({ user }) => user.name).sort()).toEqual(['Ops', 'Shop']);
    expect((await keys.list(actor(admin), { limit: 50, user_id: other.id })).data).toMatchObject([{ id: second.id }]);
    await expect(keys.list(actor(member), { limit: 50, user_kind: 'service' })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });

    await get(UsersService).update(actor(admin), member.id, { role: 'admin' });
    await get(UsersService).update(actor(await freshly(database, member)), admin.id, { status: 'disabled' });
    expect(await ask(issued.key)).toEqual([200, undefined]);
    expect(await keys.list(actor(member), { limit: 1 })).toEqual({ data: [], has_more: false, next_cursor: null });
  });

  test('are the only way in for a service account, which is no administrator to fall back on', async () => {
    const { database, get } = await prepare();
    const users = get(UsersService);
    const admin = await insertUser(database, { role: 'admin' });
    const account = await users.createServiceAccount(actor(admin), { name: 'Ops', role: 'admin' });

    await expect(users.update(actor(admin), admin.id, { role: 'member' })).rejects.toMatchObject({
      code: 'users.last_admin',
    });
    for (const password of ['!', '', 'seven quiet harbours']) {
      const answer = await fetch(`${running?.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: account.email, password }),
      });
      expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([401, 'auth.credentials_invalid']);
    }
  });

  test('tell streams when they have ended', async () => {
    const { database, issue, keys, get } = await prepare();
    const user = await insertUser(database);
    const { key, id } = await issue(user);
    const { apiKey } = await get(ApiKeyRecognition).recognise(key, '127.0.0.1');
    const live = get(LiveCredentials);

    expect(await live.isLive(apiKey)).toBe(true);
    await keys.revoke(actor(user), id);
    expect(await live.isLive(apiKey)).toBe(false);
    const { grant } = await get(SessionsService).signIn(user.id, 0);
    const { session } = await get(SessionsService).recognise(grant.access_token);
    expect(await live.isLive(session)).toBe(true);
  });

  test('are listed newest first, page by page, with when they were used to within minutes', async () => {
    const { clock, database, issue, keys, ask } = await prepare();
    const user = await insertUser(database);
    const issued: IssuedApiKey[] = [];
    for (let count = 0; count < 5; count += 1) issued.push(await issue(user, { name: `Key ${count}` }));

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await keys.list(actor(user), { limit: 2, cursor });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual(issued.map(({ id }) => id).sort());
    await expect(keys.list(actor(user), { limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'request.invalid',
    });

    const [first] = issued;
    const usedAt = new Date(clock.now()).toISOString();
    await ask(first?.key ?? '');
    clock.advance(60_000);
    await ask(first?.key ?? '');
    expect(await keys.get(actor(user), first?.id ?? '')).toMatchObject({ last_used_at: usedAt });
    clock.advance(300_000);
    await ask(first?.key ?? '');
    expect((await keys.get(actor(user), first?.id ?? '')).last_used_at).toBe(new Date(clock.now()).toISOString());
  });

  test('are limited in number', async () => {
    const { database, issue, keys } = await prepare();
    const user = await insertUser(database);
    const made: IssuedApiKey[] = [];
    for (let count = 0; count < 50; count += 1) made.push(await issue(user));

    await expect(issue(user)).rejects.toMatchObject({ code: 'api_keys.limit_reached' });
    await keys.revoke(actor(user), made[0]?.id ?? '');
    await expect(issue(user)).resolves.toMatchObject({ status: 'active' });
  });

  test('are not taken from anywhere but the header, and from that only whole', async () => {
    const { database, issue, url } = await prepare();
    const { key } = await issue(await insertUser(database));
    const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
      (await fetch(`${url}/probe/generate${path}`, { headers })).status;

    expect(await statusOf(`?api_key=${key}&key=${key}&access_token=${key}&ticket=${key}`)).toBe(401);
    expect(await statusOf('', { 'x-api-key': key, cookie: `api_key=${key}` })).toBe(401);
    for (const spoilt of [
      `${key}x`,
      key.slice(1),
      `${key},${key}`,
      `${key}%00`,
      `atl_${"'".repeat(30)}`,
      'a'.repeat(9_000),
    ])
      expect([spoilt, await statusOf('', { authorization: `Bearer ${spoilt}` })]).toEqual([spoilt, 401]);
  });
});

describe('allowed addresses', () => {
  const cases: [address: string, allowed: string[], isGood: boolean][] = [
    ['203.0.113.9', [], true],
    ['203.0.113.9', ['203.0.113.9'], true],
    ['203.0.113.8', ['203.0.113.9'], false],
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32', '10.0.0.0/8'], false],
    ['', ['10.0.0.0/8'], false],
    ['somebody', ['0.0.0.0/1', '::/1'], false],
  ];
  test.each(cases)('%s from %j: %s', (address, allowed, isGood) => {
    expect(isAllowed(address, allowed)).toBe(isGood);
  });
});

const actor = ({ id, role, name, email }: UserEntity): Actor => ({ id, role, name, email });

const freshly = (database: TestDatabase, { id }: UserEntity): Promise<UserEntity> =>
  database.dataSource.getRepository(UserEntity).findOneByOrFail({ id });
