import { afterEach, expect, jest, test } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { SessionGrant } from '@atelier/contracts';
import { hash } from '@node-rs/argon2';
import { SignJWT } from 'jose';
import { type TestDatabase, describeOnEveryDatabase } from '../../../test/test-database.js';
import { SecretKeys } from '../../platform/crypto/index.js';
import type { Actor } from './actor.js';
import { CurrentUser } from './guards/current-user.decorator.js';
import { RequireRole } from './guards/require-role.decorator.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { SetupService } from './setup.service.js';
import { AUTH_ENTITIES, type AuthApp, type AuthAppOptions, insertUser, startAuthApp } from './testing/auth-app.js';
import { UserEntity } from './users/user.entity.js';
import { UsersService } from './users/users.service.js';

const PASSWORD = 'seven quiet harbours';
const EMAIL = 'ada@example.com';
const ROOT: Actor = { id: 1, role: 'admin', name: 'Root', email: 'root@example.com' };

@Controller('probe')
class ProbeController {
  @Get('anyone')
  anyone(@CurrentUser() user: Actor): Actor {
    return user;
  }

  @Get('admin')
  @RequireRole('admin')
  admin(): { isAdmin: true } {
    return { isAdmin: true };
  }
}

describeOnEveryDatabase('session routes', (open) => {
  const running: AuthApp[] = [];

  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });

  async function start(options: AuthAppOptions = {}): Promise<Client> {
    const database = await open(...AUTH_ENTITIES);
    const started = await startAuthApp(database, { controllers: [ProbeController], ...options });
    running.push(started);
    return new Client(started, database);
  }

  async function startWithUser(role: 'admin' | 'member' = 'member', options?: AuthAppOptions): Promise<Client> {
    const client = await start(options);
    await client.get(UsersService).create(ROOT, { email: EMAIL, name: 'Ada', role, password: PASSWORD });
    return client;
  }

  test('signs in, and answers with a session and a cookie that scripts can not read', async () => {
    const client = await startWithUser();

    const response = await client.post('login', { email: ' ADA@example.com ', password: PASSWORD });

    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const grant = SessionGrant.parse(await response.json());
    expect(grant).toMatchObject({ token_type: 'Bearer', expires_in: 600, user: { email: EMAIL, role: 'member' } });
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^atelier_refresh=[\w-]{43}; Max-Age=2592000; Path=\/api\/v1\/auth; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(await client.probe('anyone', grant.access_token)).toMatchObject({ status: 200, body: { email: EMAIL } });
  });

  test('marks the cookie as secure behind https', async () => {
    const client = await startWithUser('member', { environment: { PUBLIC_URL: 'https://atelier.example.com' } });
    const response = await client.post('login', { email: EMAIL, password: PASSWORD });

    expect(response.headers.getSetCookie()[0]).toMatch(/; Secure(;|$)/);
  });

  test('answers the same to a wrong password, an unknown address, a disabled and an invited user', async () => {
    const client = await startWithUser();
    const users = client.get(UsersService);
    const disabled = await users.create(ROOT, {
      email: 'off@example.com',
      name: 'Off',
      role: 'member',
      password: PASSWORD,
    });
    await users.update(ROOT, disabled.user.id, { status: 'disabled' });
    await users.create(ROOT, { email: 'new@example.com', name: 'New', role: 'member' });
    const attempts = [
      { email: EMAIL, password: 'a wrong password' },
      { email: 'nobody@example.com', password: PASSWORD },
      { email: 'off@example.com', password: PASSWORD },
      { email: 'new@example.com', password: PASSWORD },
      { email: `${EMAIL}' OR '1'='1`, password: PASSWORD },
    ];

    const answers = [];
    for (const attempt of attempts) {
      const response = await client.post('login', attempt);
      answers.push({ status: response.status, cookies: response.headers.getSetCookie(), body: await response.json() });
    }

    expect(answers[0]).toMatchObject({ status: 401, cookies: [], body: { code: 'auth.credentials_invalid' } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('refuses bodies that are no sign-in, and huge ones, before any password is hashed', async () => {
    const client = await startWithUser();
    const matches = jest.spyOn(client.get(PasswordHasher), 'matches');
    const bodies: [unknown, number][] = [
      [{}, 422],
      [{ email: EMAIL }, 422],
      [{ email: [EMAIL], password: PASSWORD }, 422],
      [{ email: EMAIL, password: PASSWORD, role: 'admin' }, 422],
      [{ email: EMAIL, password: 'x'.repeat(1_025) }, 422],
      [{ email: EMAIL, password: 'x'.repeat(1_000_000) }, 413],
    ];
    for (const [body, status] of bodies) {
      expect((await client.post('login', body)).status).toBe(status);
    }
    expect(matches).not.toHaveBeenCalled();
  });

  test('renews a hash of other parameters at sign-in', async () => {
    const client = await start();
    const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    const { id } = await insertUser(client.database, { email: EMAIL, passwordHash });

    await client.signIn();

    const stored = await client.database.dataSource.getRepository(UserEntity).findOneByOrFail({ id });
    expect(stored.passwordHash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    await client.signIn();
  });

  test('throttles guesses with 429 and a time to wait', async () => {
    const client = await startWithUser();
    const guess = (): Promise<Response> => client.post('login', { email: EMAIL, password: 'a wrong password' });
    const statuses: number[] = [];
    let response = await guess();
    // The wait doubles with every guess, so that even a slow machine runs into it soon.
    for (; response.status === 401 && statuses.length < 12; response = await guess()) statuses.push(response.status);

    expect(statuses.length).toBeGreaterThanOrEqual(5);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toMatchObject({ code: 'auth.throttled', retryable: true });
  });

  test('refuses requests without a valid access token', async () => {
    const client = await start();
    const attempts: [string | undefined, string][] = [
      [undefined, 'auth.required'],
      ['', 'auth.required'],
      ['Basic YWRhOnNlY3JldA==', 'auth.token_invalid'],
      ['Bearer ', 'auth.token_invalid'],
      ['Bearer a.b.c', 'auth.token_invalid'],
      [`Bearer ' OR 1=1 --`, 'auth.token_invalid'],
      ['Bearer a.b.c, Bearer d.e.f', 'auth.token_invalid'],
      [`Bearer ${'a'.repeat(8_000)}`, 'auth.token_invalid'],
    ];
    for (const [authorization, code] of attempts) {
      const headers = new Headers(authorization === undefined ? {} : { authorization });
      const response = await fetch(`${client.url}/probe/anyone`, { headers });
      expect([authorization, response.status]).toEqual([authorization, 401]);
      expect(await response.json()).toMatchObject({ code });
    }
  });

  test('a token in the query, the cookie or the body is not looked at', async () => {
    const client = await startWithUser();
    const { token, cookie } = await client.signIn();

    const responses = await Promise.all([
      fetch(`${client.url}/probe/anyone?access_token=${token}`),
      fetch(`${client.url}/probe/anyone`, { headers: { cookie: `${cookie}; access_token=${token}` } }),
      fetch(`${client.url}/probe/anyone`, { method: 'HEAD' }),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test('lets a role go with the very next request', async () => {
    const client = await startWithUser('admin');
    const users = client.get(UsersService);
    await users.create(ROOT, { email: 'bob@example.com', name: 'Bob', role: 'admin', password: PASSWORD });
    const { token, id, cookie } = await client.signIn();
    expect((await client.probe('admin', token)).status).toBe(200);

    await users.update(ROOT, id, { role: 'member' });

    expect((await client.probe('admin', token)).status).toBe(401);
    const refreshed = await client.refresh(cookie);
    expect(await client.probe('admin', refreshed.token)).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    });
    expect((await client.probe('anyone', refreshed.token)).status).toBe(200);
  });

  test('believes no token that names rights or a user by itself', async () => {
    const client = await startWithUser('member');
    const { id } = await client.signIn();
    const forged = await new SignJWT({ ver: 0, sid: 'made-up', role: 'admin' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setSubject(String(id))
      .setIssuer('atelier')
      .setAudience('atelier-api')
      .setIssuedAt()
      .setNotBefore('-1 s')
      .setExpirationTime('5 m')
      .sign(client.get(SecretKeys).keyFor('access-token'));

    expect((await client.probe('admin', forged)).status).toBe(401);
  });

  test('refreshes with the cookie, and signs out', async () => {
    const client = await startWithUser();
    const first = await client.signIn();
    const second = await client.refresh(first.cookie);
    expect(second.cookie).not.toBe(first.cookie);

    const response = await client.post('logout', undefined, { cookie: second.cookie });

    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^atelier_refresh=; Path=\/api\/v1\/auth; Expires=Thu, 01 Jan 1970/,
    );
    expect((await client.probe('anyone', second.token)).status).toBe(401);
    const again = await client.post('refresh', undefined, { cookie: second.cookie });
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ code: 'auth.refresh_invalid' });
    expect((await client.post('logout', undefined, {})).status).toBe(204);
    expect((await client.post('refresh', undefined, {})).status).toBe(401);
  });

  test('refreshes for the console and for tools, not for other sites and forms', async () => {
    const client = await startWithUser();
    const { cookie } = await client.signIn();
    const json = 'application/json';
    const attempts: [Record<string, string>, string | undefined, number][] = [
      [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, undefined, 403],
      [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8000' }, undefined, 403],
      [{ 'sec-fetch-site': 'same-site' }, undefined, 403],
      [{ 'sec-fetch-site': 'none' }, undefined, 403],
      [{ origin: 'https://evil.example' }, undefined, 403],
      [{ origin: 'null' }, undefined, 403],
      [{ 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, '{}', 403],
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 403],
      // From here on every refresh gets the same successor: the clock stands still.
      [{ 'sec-fetch-site': 'same-origin' }, undefined, 200],
      [{ 'sec-fetch-site': 'same-origin', 'content-type': json }, '{}', 200],
      [{ origin: 'http://localhost:8000' }, undefined, 200],
      [{ origin: new URL(client.url).origin }, undefined, 200],
      [{}, undefined, 200],
    ];

    for (const [headers, body, status] of attempts) {
      const init = { method: 'POST', headers: { cookie, ...headers }, ...(body === undefined ? {} : { body }) };
      const response = await fetch(`${client.url}/api/v1/auth/refresh`, init);
      expect([headers, response.status]).toEqual([headers, status]);
      if (status === 403) expect(await response.json()).toMatchObject({ code: 'auth.origin_refused' });
    }
  });

  test('changes the password, ends every other session and goes on with a new one', async () => {
    const client = await startWithUser();
    const [here, elsewhere] = [await client.signIn(), await client.signIn()];
    const headers = { authorization: `Bearer ${here.token}` };
    const change = (current: string, next: string): Promise<Response> =>
      client.post('password', { current_password: current, new_password: next }, headers);

    expect((await change('a wrong password', 'nine loud harbours')).status).toBe(401);
    const weak = await change(PASSWORD, 'short');
    expect(weak.status).toBe(422);
    expect(await weak.json()).toMatchObject({ code: 'auth.password_weak', errors: [{ path: 'new_password' }] });
    const changed = await change(PASSWORD, 'nine loud harbours');

    expect(changed.status).toBe(200);
    const { access_token: token } = SessionGrant.parse(await changed.json());
    expect((await client.probe('anyone', token)).status).toBe(200);
    for (const old of [here, elsewhere]) {
      expect((await client.probe('anyone', old.token)).status).toBe(401);
      expect((await client.post('refresh', undefined, { cookie: old.cookie })).status).toBe(401);
    }
    expect((await client.post('login', { email: EMAIL, password: PASSWORD })).status).toBe(401);
    expect((await client.post('login', { email: EMAIL, password: 'nine loud harbours' })).status).toBe(200);
    expect((await client.post('password', { current_password: 'x', new_password: 'y' })).status).toBe(401);
  });

  test('sets up the first administrator, once', async () => {
    const client = await start();
    const prepared = await client.get(SetupService).prepare();
    const token = prepared && 'setupUrl' in prepared ? prepared.setupUrl.split('#token=')[1] : '';
    const body = { token, email: EMAIL, name: 'Ada', password: PASSWORD };
    expect(await (await client.getJson('setup')).json()).toEqual({ open: true });
    expect((await client.post('setup', { ...body, token: 'wrong' })).status).toBe(403);

    const response = await client.post('setup', body);

    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()[0]).toMatch(/^atelier_refresh=/);
    const grant = SessionGrant.parse(await response.json());
    expect((await client.probe('admin', grant.access_token)).status).toBe(200);
    expect(await (await client.getJson('setup')).json()).toEqual({ open: false });
    const again = await client.post('setup', body);
    expect(again.status).toBe(403);
    expect(await again.json()).toMatchObject({ code: 'auth.setup_closed' });
  });

  test('accepts an invitation whose link does not come from a Host header', async () => {
    const client = await start();
    const { invitationUrl } = await client
      .get(UsersService)
      .create(ROOT, { email: EMAIL, name: 'Ada', role: 'member' });
    expect(invitationUrl).toMatch(/^http:\/\/localhost:8000\/invitation#token=[\w-]{43}$/);
    const body = { token: invitationUrl?.split('#token=')[1], password: PASSWORD };

    const response = await client.post('invitation', body);

    expect(response.status).toBe(200);
    const { access_token: token } = SessionGrant.parse(await response.json());
    expect(await client.probe('anyone', token)).toMatchObject({ status: 200, body: { email: EMAIL } });
    expect((await client.post('invitation', body)).status).toBe(403);
  });
});

interface Signed {
  readonly token: string;
  readonly id: number;
  readonly cookie: string;
}

class Client {
  readonly url: string;
  readonly get: AuthApp['get'];

  constructor(
    { url, get }: AuthApp,
    readonly database: TestDatabase,
  ) {
    this.url = url;
    this.get = get;
  }

  post(route: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(`${this.url}/api/v1/auth/${route}`, {
      method: 'POST',
      headers: { ...json, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  getJson(route: string): Promise<Response> {
    return fetch(`${this.url}/api/v1/auth/${route}`);
  }

  async probe(route: string, token: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/probe/${route}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() };
  }

  async signIn(): Promise<Signed> {
    return signed(await this.post('login', { email: EMAIL, password: PASSWORD }));
  }

  async refresh(cookie: string): Promise<Signed> {
    return signed(await this.post('refresh', undefined, { cookie }));
  }
}

async function signed(response: Response): Promise<Signed> {
  const grant = SessionGrant.parse(await response.json());
  const [cookie = ''] = (response.headers.getSetCookie()[0] ?? '').split(';');
  return { token: grant.access_token, id: grant.user.id, cookie };
}
