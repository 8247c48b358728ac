import { afterEach, expect, test } from '@jest/globals';
import { type TestDatabase, describeOnEveryDatabase } from '../../../test/test-database.js';
import { SetupRecordEntity } from './setup-record.entity.js';
import { SetupService } from './setup.service.js';
import { AUTH_ENTITIES, type AuthApp, type AuthAppOptions, startAuthApp } from './testing/auth-app.js';
import { NewUserListeners } from './users/new-user-listeners.js';
import { UserEntity } from './users/user.entity.js';

const PASSWORD = 'seven quiet harbours';
const requestWith = (token: string, email = 'ada@example.com') => ({ token, email, name: 'Ada', password: PASSWORD });

describeOnEveryDatabase('set-up', (open) => {
  const running: AuthApp[] = [];

  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });

  async function start(database: TestDatabase, options?: AuthAppOptions): Promise<AuthApp & { setup: SetupService }> {
    const started = await startAuthApp(database, options);
    running.push(started);
    return { ...started, setup: started.get(SetupService) };
  }

  async function linkTokenOf(setup: SetupService): Promise<string> {
    const prepared = await setup.prepare();
    if (!prepared || !('setupUrl' in prepared)) throw new Error('there is no set-up link');
    expect(prepared.setupUrl).toMatch(/^http:\/\/localhost:8000\/setup#token=[\w-]{43}$/);
    return new URL(prepared.setupUrl).hash.slice('#token='.length);
  }

  test('makes one administrator out of 20 simultaneous set-ups', async () => {
    const database = await open(...AUTH_ENTITIES);
    const { setup } = await start(database);
    const token = await linkTokenOf(setup);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => setup.complete(requestWith(token, `ada${index}@example.com`))),
    );

    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(19);
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['auth.setup_closed']));
    const users = await database.dataSource.getRepository(UserEntity).find();
    expect(users).toEqual([expect.objectContaining({ role: 'admin', status: 'active' })]);
  });

  test('stays closed when the users are deleted by hand', async () => {
    const database = await open(...AUTH_ENTITIES);
    const first = await start(database);
    const token = await linkTokenOf(first.setup);
    await first.setup.complete(requestWith(token));
    await database.dataSource.getRepository(UserEntity).clear();

    const { setup } = await start(database);

    expect(await setup.prepare()).toBeNull();
    expect(await setup.isOpen()).toBe(false);
    await expect(setup.complete(requestWith(token))).rejects.toMatchObject({ code: 'auth.setup_closed' });
  });

  test('prints the same link at every start, and a new one when the old has expired or the key has changed', async () => {
    const database = await open(...AUTH_ENTITIES);
    const { setup, clock } = await start(database);
    const token = await linkTokenOf(setup);
    expect(await linkTokenOf((await start(database)).setup)).toBe(token);

    const rekeyed = await start(database, { masterKey: 'another master key of 32 bytes or so' });
    const afterNewKey = await linkTokenOf(rekeyed.setup);
    expect(afterNewKey).not.toBe(token);
    await expect(setup.complete(requestWith(token))).rejects.toMatchObject({ code: 'auth.setup_token_invalid' });

    clock.advance(72 * 60 * 60 * 1_000 + 60_000);
    await expect(setup.complete(requestWith(afterNewKey))).rejects.toMatchObject({ code: 'auth.setup_token_invalid' });
    await expect(setup.complete(requestWith(await linkTokenOf(setup)))).resolves.toBeDefined();
  });

  test('prints one link however many processes start together', async () => {
    const database = await open(...AUTH_ENTITIES);
    const { setup } = await start(database);

    const links = await Promise.all(Array.from({ length: 8 }, () => linkTokenOf(setup)));

    expect(new Set(links).size).toBe(1);
  });

  test('stores no token in clear and refuses wrong ones and weak passwords', async () => {
    const database = await open(...AUTH_ENTITIES);
    const { setup } = await start(database);
    const token = await linkTokenOf(setup);

    expect(JSON.stringify(await database.dataSource.getRepository(SetupRecordEntity).find())).not.toContain(token);
    for (const wrong of ['', 'x', token.slice(1), `${token}x`]) {
      await expect(setup.complete(requestWith(wrong))).rejects.toMatchObject({ code: 'auth.setup_token_invalid' });
    }
    await expect(setup.complete({ ...requestWith(token), password: 'short' })).rejects.toMatchObject({
      code: 'auth.password_weak',
    });
    expect(await setup.isOpen()).toBe(true);
  });

  test('stays open when what belongs to a new user could not be added', async () => {
    const database = await open(...AUTH_ENTITIES);
    const { setup, get } = await start(database);
    const token = await linkTokenOf(setup);
    let isBroken = true;
    get(NewUserListeners).add({
      onUserCreated: () => (isBroken ? Promise.reject(new Error('no credits today')) : Promise.resolve()),
    });

    await expect(setup.complete(requestWith(token))).rejects.toThrow('no credits today');
    isBroken = false;

    await expect(setup.complete(requestWith(token))).resolves.toMatchObject({ grant: { user: { role: 'admin' } } });
  });

  test('creates the administrator of the environment once', async () => {
    const database = await open(...AUTH_ENTITIES);
    const environment = { ADMIN_EMAIL: 'Ops@Example.com', ADMIN_PASSWORD: PASSWORD };
    const { setup } = await start(database, { environment });

    const prepared = await Promise.all([setup.prepare(), setup.prepare()]);

    expect(prepared.filter((outcome) => outcome !== null)).toEqual([{ adminCreated: 'Ops@Example.com' }]);
    expect(await setup.prepare()).toBeNull();
    expect(await database.dataSource.getRepository(UserEntity).find()).toEqual([
      expect.objectContaining({ email: 'ops@example.com', role: 'admin', status: 'active' }),
    ]);
  });

  test('refuses to start with a weak administrator password, without repeating it', async () => {
    const database = await open(...AUTH_ENTITIES);
    const environment = { ADMIN_EMAIL: 'ops@example.com', ADMIN_PASSWORD: 'password1234567890' };
    const { setup } = await start(database, { environment });

    await expect(setup.prepare()).rejects.toThrow(
      /^ADMIN_PASSWORD must not be one of the passwords that are guessed first\.$/,
    );
  });
});
