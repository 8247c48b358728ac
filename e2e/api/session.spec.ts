import type { Me, SessionGrant } from '@atelier/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { type BrowserSession, openSession, refresh, sessionFrom } from '../support/cookies.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';

describe('a session', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  let session: BrowserSession;

  const me = (accessToken: string) => withToken(server, accessToken).get<Me>('/auth/me');
  const cookie = (refreshToken: string) => ({ headers: { cookie: `atelier_refresh=${refreshToken}` } });

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  beforeEach(async () => {
    member = await createMember(server, admin, 5);
    session = await openSession(server, member);
  });

  afterAll(() => server.dispose());

  it('begins with a short-lived token and a cookie out of reach for scripts', async () => {
    const answer = await anonymous(server).post<SessionGrant>('/auth/login', {
      email: ` ${member.email.toUpperCase()} `,
      password: member.password,
    });
    expect(answer.body).toMatchObject({
      expires_in: 600,
      user: { id: member.id, email: member.email, role: 'member' },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const attributes = sessionFrom(answer).setCookie.split('; ').slice(1);
    expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/api/v1/auth']));
    const maxAge = Number(attributes.find((attribute) => attribute.startsWith('Max-Age='))?.slice(8));
    expect(maxAge).toBeGreaterThan(29 * 86_400);
    expect(maxAge).toBeLessThanOrEqual(30 * 86_400);
    expect(attributes).not.toContain('Domain');
    expect(attributes).not.toContain('Secure');
    expect((await me(answer.body.access_token)).body).toMatchObject({
      id: member.id,
      credits: { available: 5, held: 0 },
    });
  });

  it('is refreshed with a new cookie each time', async () => {
    const answer = await refresh(server, session.refreshToken);
    expect(answer.status).toBe(200);
    const next = sessionFrom(answer);
    expect(next.refreshToken).not.toBe(session.refreshToken);
    expect((await me(next.accessToken)).status).toBe(200);
    expect((await refresh(server, next.refreshToken)).status).toBe(200);
  });

  it('survives two tabs and fifty retries that refresh at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(server, session.refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const successors = new Set(answers.map((answer) => sessionFrom(answer).refreshToken));
    expect(successors.size).toBe(1);
    expect((await refresh(server, [...successors][0]!)).status).toBe(200);
  });

  it('ends altogether when a cookie comes back that was used before the last one', async () => {
    const second = sessionFrom(await refresh(server, session.refreshToken));
    const third = sessionFrom(await refresh(server, second.refreshToken));
    expectProblem(await refresh(server, session.refreshToken), 401, 'auth.refresh_invalid');
    expectProblem(await refresh(server, third.refreshToken), 401, 'auth.refresh_invalid');
    for (const { accessToken } of [session, second, third])
      expectProblem(await me(accessToken), 401, 'auth.token_invalid');
    expect((await openSession(server, member)).refreshToken).toBeTruthy();
  });

  it('ends with the sign-out, and no other session does', async () => {
    const elsewhere = await openSession(server, member);
    const answer = await anonymous(server).post('/auth/logout', undefined, cookie(session.refreshToken));
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^atelier_refresh=; Path=\/api\/v1\/auth; Expires=Thu, 01 Jan 1970/,
    );
    expectProblem(await refresh(server, session.refreshToken), 401, 'auth.refresh_invalid');
    expectProblem(await me(session.accessToken), 401, 'auth.token_invalid');
    expect((await me(elsewhere.accessToken)).status).toBe(200);
    expect((await anonymous(server).post('/auth/logout')).status).toBe(204);
  });

  it('is not refreshed without the cookie, or with something that was never one', async () => {
    expectProblem(await anonymous(server).post('/auth/refresh'), 401, 'auth.refresh_invalid');
    for (const wrong of [
      'x',
      'x'.repeat(43),
      'x'.repeat(5_000),
      session.accessToken,
      `${session.refreshToken}x`,
      "' OR 1=1 --",
    ])
      expectProblem(await refresh(server, wrong), 401, 'auth.refresh_invalid');
    const inBody = await anonymous(server).post('/auth/refresh', { refresh_token: session.refreshToken });
    expectProblem(inBody, 401, 'auth.refresh_invalid');
    expectProblem(await me(session.refreshToken), 401, 'auth.token_invalid');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['a foreign origin', { origin: 'https://evil.test' }],
    ['an opaque origin', { origin: 'null' }],
    ['a form', { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }],
  ])('can not be used by %s', async (_, headers: Record<string, string>) => {
    const body = headers['content-type'] === undefined ? undefined : 'a=b';
    const send = (path: string) =>
      anonymous(server).post(path, body, { headers: { ...cookie(session.refreshToken).headers, ...headers } });
    expectProblem(await send('/auth/refresh'), 403, 'auth.origin_refused');
    expectProblem(await send('/auth/logout'), 403, 'auth.origin_refused');
    expectProblem(await send('/auth/login'), 403, 'auth.origin_refused');
    expect((await me(session.accessToken)).status).toBe(200);
    expect((await refresh(server, session.refreshToken, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('gets a cookie for secure connections only where the address says https', async () => {
    const secure = await startServer({ env: { PUBLIC_URL: 'https://atelier.test' } });
    try {
      const { setCookie } = await openSession(secure, {
        email: 'admin@atelier.test',
        password: 'umbrella-quartz-71-harbour',
      });
      expect(setCookie).toMatch(/; Secure(;|$)/);
    } finally {
      await secure.dispose();
    }
  });

  describe('after a change of the password', () => {
    const change = (body: object) =>
      withToken(server, session.accessToken).post<SessionGrant>('/auth/password', {
        current_password: member.password,
        new_password: 'saffron-kettle-94-meadow',
        ...body,
      });

    it('goes on, and all others end', async () => {
      const elsewhere = await openSession(server, member);
      const answer = await change({});
      expect(answer.status).toBe(200);
      expect((await me(answer.body.access_token)).status).toBe(200);
      for (const { accessToken, refreshToken } of [elsewhere, session]) {
        expect((await me(accessToken)).status).toBe(401);
        expectProblem(await refresh(server, refreshToken), 401, 'auth.refresh_invalid');
      }
      const login = (password: string) => anonymous(server).post('/auth/login', { email: member.email, password });
      expectProblem(await login(member.password), 401, 'auth.credentials_invalid');
      expect((await login('saffron-kettle-94-meadow')).status).toBe(200);
    });

    it.each([
      ['the current one is wrong', { current_password: 'not-the-right-one-1' }, 401, 'auth.credentials_invalid'],
      ['the new one is weak', { new_password: 'short' }, 422, 'auth.password_weak'],
      ['the new one is guessed first', { new_password: 'passwordpassword' }, 422, 'auth.password_weak'],
      ['it comes with a role', { role: 'admin' }, 422, 'request.invalid'],
    ] as const)('that is refused because %s, nothing changes', async (_, body, status, code) => {
      expectProblem(await change(body), status, code);
      expect((await me(session.accessToken)).status).toBe(200);
      expect((await openSession(server, member)).accessToken).toBeTruthy();
    });
  });
});
