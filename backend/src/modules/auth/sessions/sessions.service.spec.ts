import { afterEach, expect, test } from '@jest/globals';
import { type TestDatabase, describeOnEveryDatabase } from '../../../../test/test-database.js';
import { hashOfToken } from '../opaque-token.js';
import { AUTH_ENTITIES, type AuthApp, insertUser, startAuthApp } from '../testing/auth-app.js';
import { UserEntity } from '../users/user.entity.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { revokeSessionsOf } from './revoke-sessions.js';
import { SessionEntity } from './session.entity.js';
import { SessionsService } from './sessions.service.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const REFUSED = { code: 'auth.refresh_invalid', kind: 'unauthenticated' };

describeOnEveryDatabase('sessions', (open) => {
  let running: AuthApp | undefined;

  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  async function prepare(): Promise<AuthApp & { database: TestDatabase; sessions: SessionsService; user: UserEntity }> {
    const database = await open(...AUTH_ENTITIES);
    running = await startAuthApp(database);
    return { ...running, database, sessions: running.get(SessionsService), user: await insertUser(database) };
  }

  test('gives 50 simultaneous refreshes with one token the same successor, in one session', async () => {
    const { clock, database, sessions, user } = await prepare();
    const { refreshToken } = await sessions.signIn(user.id, 0);

    const refreshed = await Promise.all(Array.from({ length: 50 }, () => sessions.refresh(refreshToken)));

    expect(new Set(refreshed.map((signedIn) => signedIn.refreshToken)).size).toBe(1);
    expect(refreshed[0]?.refreshToken).not.toBe(refreshToken);
    expect(await database.dataSource.getRepository(RefreshTokenEntity).count()).toBe(2);
    expect(await database.dataSource.getRepository(SessionEntity).countBy({ userId: user.id })).toBe(1);
    const last = await sessions.refresh(refreshed[0]?.refreshToken ?? '');

    // Of the fifty one may have been a thief, who comes back when the grace is over.
    clock.advance(10_001);
    await expect(sessions.refresh(refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(sessions.refresh(last.refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(sessions.recognise(last.grant.access_token)).rejects.toMatchObject({ code: 'auth.token_invalid' });
  });

  test('ends the session when a token comes back after the grace', async () => {
    const { clock, sessions, user } = await prepare();
    const stolen = await sessions.signIn(user.id, 0);
    const current = await sessions.refresh(stolen.refreshToken);

    clock.advance(10_001);
    await expect(sessions.refresh(stolen.refreshToken)).rejects.toMatchObject(REFUSED);

    await expect(sessions.refresh(current.refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(sessions.recognise(current.grant.access_token)).rejects.toMatchObject({ code: 'auth.token_invalid' });
  });

  test('does not extend the grace to generations before the last one', async () => {
    const { clock, sessions, user } = await prepare();
    const first = await sessions.signIn(user.id, 0);
    const second = await sessions.refresh(first.refreshToken);
    const third = await sessions.refresh(second.refreshToken);

    clock.advance(1_000);
    await expect(sessions.refresh(first.refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(sessions.refresh(third.refreshToken)).rejects.toMatchObject(REFUSED);
  });

  test('lets a retry within the grace go on with the same successor', async () => {
    const { clock, sessions, user } = await prepare();
    const { refreshToken } = await sessions.signIn(user.id, 0);
    const answer = await sessions.refresh(refreshToken);

    clock.advance(10_000);
    expect((await sessions.refresh(refreshToken)).refreshToken).toBe(answer.refreshToken);
  });

  test('leaves the other sessions of the user alone', async () => {
    const { clock, sessions, user } = await prepare();
    const [stolen, phone] = [await sessions.signIn(user.id, 0), await sessions.signIn(user.id, 0)];
    await sessions.refresh(stolen.refreshToken);
    clock.advance(60_000);
    await expect(sessions.refresh(stolen.refreshToken)).rejects.toMatchObject(REFUSED);

    await expect(sessions.recognise(phone.grant.access_token)).resolves.toMatchObject({ user: { id: user.id } });
    await expect(sessions.refresh(phone.refreshToken)).resolves.toBeDefined();
  });

  test('slides by 30 days and stops 90 days after the sign-in', async () => {
    const { clock, sessions, user } = await prepare();
    let { refreshToken } = await sessions.signIn(user.id, 0);
    for (let refreshes = 0; refreshes < 3; refreshes += 1) {
      clock.advance(29 * DAY_MS);
      ({ refreshToken } = await sessions.refresh(refreshToken));
    }
    clock.advance(3 * DAY_MS);
    await expect(sessions.refresh(refreshToken)).rejects.toMatchObject(REFUSED);
  });

  test('ends after 30 days without a refresh, and the next sign-in clears it away', async () => {
    const { clock, database, sessions, user } = await prepare();
    const { refreshToken } = await sessions.signIn(user.id, 0);
    clock.advance(91 * DAY_MS);
    await expect(sessions.refresh(refreshToken)).rejects.toMatchObject(REFUSED);

    const fresh = await sessions.signIn(user.id, 0);

    const rows = await database.dataSource.getRepository(RefreshTokenEntity).find();
    expect(rows.map(({ hash }) => hash)).toEqual([hashOfToken(fresh.refreshToken)]);
    expect(await database.dataSource.getRepository(SessionEntity).count()).toBe(1);
  });

  test('stores no token in clear', async () => {
    const { database, sessions, user } = await prepare();
    const first = await sessions.signIn(user.id, 0);
    const second = await sessions.refresh(first.refreshToken);
    const stored = JSON.stringify(await database.dataSource.getRepository(RefreshTokenEntity).find());

    expect(stored).toContain(hashOfToken(second.refreshToken));
    for (const token of [first.refreshToken, second.refreshToken]) expect(stored).not.toContain(token);
  });

  test('ends with the session that any generation of its token names', async () => {
    const { sessions, user } = await prepare();
    const first = await sessions.signIn(user.id, 0);
    const second = await sessions.refresh(first.refreshToken);

    await sessions.end(first.refreshToken);

    await expect(sessions.refresh(second.refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(sessions.recognise(second.grant.access_token)).rejects.toMatchObject({ code: 'auth.token_invalid' });
  });

  test('signs nobody in whose password was changed after it was checked', async () => {
    const { database, sessions, user } = await prepare();
    await database.dataSource.getRepository(UserEntity).update({ id: user.id }, { sessionVersion: 1 });

    await expect(sessions.signIn(user.id, 0)).rejects.toMatchObject({ code: 'auth.credentials_invalid' });
  });

  test('takes 20 simultaneous sign-ins of one user', async () => {
    const { database, sessions, user } = await prepare();

    await Promise.all(Array.from({ length: 20 }, () => sessions.signIn(user.id, 0)));

    expect(await database.dataSource.getRepository(SessionEntity).count()).toBe(20);
  });

  test('leaves nothing alive when sessions are revoked while they are refreshed', async () => {
    const { database, sessions, user } = await prepare();
    const started = await Promise.all(Array.from({ length: 10 }, () => sessions.signIn(user.id, 0)));

    const [, ...refreshed] = await Promise.allSettled([
      database.transactions.run((tx) => revokeSessionsOf(tx, user.id, Date.now())),
      ...started.map(({ refreshToken }) => sessions.refresh(refreshToken)),
    ]);

    for (const [index, outcome] of refreshed.entries()) {
      const token = outcome.status === 'fulfilled' ? outcome.value.refreshToken : started[index]?.refreshToken;
      await expect(sessions.refresh(token ?? '')).rejects.toMatchObject(REFUSED);
    }
  });
});
