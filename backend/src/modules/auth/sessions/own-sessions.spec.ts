import { afterEach, expect, test } from '@jest/globals';
import { type OwnSession, OwnSessionPage } from '@atelier/contracts';
import { type TestDatabase, describeOnEveryDatabase } from '../../../../test/test-database.js';
import { AuditEntryRow } from '../../../platform/audit/index.js';
import type { RequestOrigin } from '../origin.js';
import { AUTH_ENTITIES, type AuthApp, insertUser, startAuthApp } from '../testing/auth-app.js';
import { UserEntity } from '../users/user.entity.js';
import { SessionEntity } from './session.entity.js';
import { SessionsService, type SignedIn } from './sessions.service.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/26.0 Safari/604.1';

describeOnEveryDatabase('own sessions', (open) => {
  let running: AuthApp | undefined;

  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  interface World extends AuthApp {
    readonly database: TestDatabase;
    readonly sessions: SessionsService;
    ask(token: SignedIn, method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
    page(token: SignedIn, query?: string): Promise<OwnSessionPage>;
    list(token: SignedIn): Promise<OwnSession[]>;
  }

  async function prepare(): Promise<World> {
    const database = await open(...AUTH_ENTITIES);
    running = await startAuthApp(database);
    const { url, get } = running;
    const ask = async ({ grant }: SignedIn, method: string, path: string, body?: object) => {
      const answer = await fetch(`${url}/api/v1/auth/${path}`, {
        method,
        headers: { authorization: `Bearer ${grant.access_token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const answered: unknown = answer.status === 204 ? undefined : await answer.json();
      return { status: answer.status, body: answered };
    };
    const page = async (token: SignedIn, query = '') =>
      OwnSessionPage.parse((await ask(token, 'GET', `sessions${query}`)).body);
    const list = async (token: SignedIn) => (await page(token)).data;
    return { ...running, database, sessions: get(SessionsService), ask, page, list };
  }

  test('tell device, address, start and last use, the newest first and page by page', async () => {
    const { clock, database, sessions, ask, page, list } = await prepare();
    const [user, other] = [await insertUser(database), await insertUser(database)];
    const startedAt = new Date(clock.now()).toISOString();
    const laptop = await sessions.signIn(user.id, 0, from('::ffff:203.0.113.9', FIREFOX));
    clock.advance(1_000);
    const phone = await sessions.signIn(user.id, 0, from('2001:db8::1', SAFARI));
    await sessions.signIn(other.id, 0, from('203.0.113.10', FIREFOX));

    const devices = (await list(phone)).map(({ device, address, is_current }) => [device, address, is_current]);
    expect(devices).toEqual([
      ['Safari on iPhone', '2001:db8::1', true],
      ['Firefox on Linux', '203.0.113.9', false],
    ]);

    clock.advance(10 * 60_000);
    const usedAt = new Date(clock.now()).toISOString();
    const renewed = await sessions.refresh(laptop.refreshToken, from('198.51.100.7', FIREFOX));
    expect((await list(renewed))[1]).toEqual({
      id: expect.any(String),
      device: 'Firefox on Linux',
      address: '198.51.100.7',
      created_at: startedAt,
      last_used_at: usedAt,
      is_current: true,
    });

    const first = await page(renewed, '?limit=1');
    expect(first).toMatchObject({ data: [{ device: 'Safari on iPhone' }], has_more: true });
    const second = await page(renewed, `?limit=1&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ data: [{ is_current: true }], has_more: false, next_cursor: null });
    expect(await ask(renewed, 'GET', 'sessions?cursor=nonsense')).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    });
  });

  test('that have ended, or can not be refreshed any more, are not listed', async () => {
    const { clock, database, sessions, list } = await prepare();
    const user = await insertUser(database);
    await sessions.signIn(user.id, 0, from('203.0.113.9', FIREFOX));
    const left = await sessions.signIn(user.id, 0, from('203.0.113.9', FIREFOX));
    await sessions.end(left.refreshToken);
    clock.advance(30 * DAY_MS + 1);
    const here = await sessions.signIn(user.id, 0);
    expect(await list(here)).toMatchObject([{ is_current: true, device: 'Unknown device', address: null }]);

    // One that began before its use was noted may still be alive: rather one too many than one that can't be ended.
    await database.dataSource.getRepository(SessionEntity).update({ userId: user.id }, { lastUsedAt: null });
    expect(await list(here)).toHaveLength(2);
  });

  test('are refused from the very next request on when they are ended from elsewhere', async () => {
    const { database, sessions, ask, list } = await prepare();
    const user = await insertUser(database);
    const [here, lost] = [await sessions.signIn(user.id, 0), await sessions.signIn(user.id, 0, from('::1', SAFARI))];
    const id = (await list(here)).find(({ is_current }) => !is_current)?.id ?? '';

    expect(await ask(here, 'DELETE', `sessions/${id}`)).toEqual({ status: 204, body: undefined });

    expect(await ask(lost, 'GET', 'sessions')).toMatchObject({ status: 401, body: { code: 'auth.token_invalid' } });
    await expect(sessions.refresh(lost.refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_invalid' });
    expect(await list(here)).toMatchObject([{ is_current: true }]);
    expect(await ask(here, 'DELETE', `sessions/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'auth.session_not_found' },
    });
    expect(await recordsOf(database)).toMatchObject([
      {
        actorId: user.id,
        targetId: String(user.id),
        before: JSON.stringify({ session_id: id, device: 'Safari on iPhone' }),
      },
    ]);
  });

  test('can only be ended by whose they are', async () => {
    const { database, sessions, ask, list } = await prepare();
    const [user, admin] = [await insertUser(database), await insertUser(database, { role: 'admin' })];
    const [theirs, mine] = [await sessions.signIn(user.id, 0), await sessions.signIn(admin.id, 0)];
    const [session] = await list(theirs);

    expect(await ask(mine, 'DELETE', `sessions/${session?.id}`)).toMatchObject({
      status: 404,
      body: { code: 'auth.session_not_found' },
    });
    expect(await ask(mine, 'DELETE', 'sessions')).toEqual({ status: 200, body: { ended: 0 } });
    expect(await list(theirs)).toHaveLength(1);
    expect(await recordsOf(database)).toEqual([]);
  });

  test('all but the one that asks are ended together, whatever is refreshed meanwhile', async () => {
    const { database, sessions, ask, list } = await prepare();
    const user = await insertUser(database);
    const here = await sessions.signIn(user.id, 0);
    const others = await Promise.all(Array.from({ length: 5 }, () => sessions.signIn(user.id, 0)));

    const [answer, ...refreshed] = await Promise.allSettled([
      ask(here, 'DELETE', 'sessions'),
      ...others.map(({ refreshToken }) => sessions.refresh(refreshToken)),
    ]);

    expect(answer).toMatchObject({ value: { status: 200, body: { ended: 5 } } });
    for (const [index, outcome] of refreshed.entries()) {
      const token = outcome.status === 'fulfilled' ? outcome.value : others[index];
      if (token === undefined) throw new Error(`no session ${index}`);
      expect((await ask(token, 'GET', 'sessions')).status).toBe(401);
      await expect(sessions.refresh(token.refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_invalid' });
    }
    expect(await list(here)).toHaveLength(1);
    expect(await recordsOf(database)).toMatchObject([{ after: '{"sessions_ended":5}' }]);
  });

  test('see a new name of their user, which is recorded', async () => {
    const { database, sessions, ask } = await prepare();
    const user = await insertUser(database, { name: 'Ada' });
    const here = await sessions.signIn(user.id, 0);

    const { status, body } = await ask(here, 'PATCH', 'me', { name: '  Ada Lovelace ' });
    expect([status, body]).toEqual([200, { id: user.id, email: user.email, name: 'Ada Lovelace', role: 'member' }]);
    expect((await ask(here, 'PATCH', 'me', { name: 'Ada Lovelace' })).status).toBe(200);
    for (const change of [{ name: ' ' }, { role: 'admin' }, { name: 'Ada', role: 'admin' }])
      expect((await ask(here, 'PATCH', 'me', change)).status).toBe(422);
    expect(await database.dataSource.getRepository(UserEntity).findOneBy({ id: user.id })).toMatchObject({
      name: 'Ada Lovelace',
      role: 'member',
      sessionVersion: 0,
    });
    expect(await recordsOf(database, 'user.change')).toMatchObject([
      { before: '{"name":"Ada"}', after: '{"name":"Ada Lovelace"}' },
    ]);
  });
});

const from = (address: string, userAgent: string): RequestOrigin => ({ address, userAgent, requestId: 'r' });

const recordsOf = (database: TestDatabase, action: AuditEntryRow['action'] = 'session.end'): Promise<AuditEntryRow[]> =>
  database.dataSource.getRepository(AuditEntryRow).find({
    where: { action },
    order: { sequence: 'ASC' },
  });
