import type { CreatedUser, SessionGrant, User, UserPage } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, problemOf, signIn, withToken } from '../support/api-client.js';
import { openSession, refresh } from '../support/cookies.js';
import { makeImage } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { plainRequest } from '../support/plain-request.js';
import { expectProblem } from '../support/problems.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';

const PASSWORD = 'thistle-anchor-63-violin';

describe('users', () => {
  let server: Server;
  let admin: ApiClient;

  const update = (id: number, change: object, actor = admin) => actor.patch<User>(`/admin/users/${id}`, change);
  const tokenIn = (url: string | undefined): string => /#token=([\w-]{40,})$/.exec(url ?? '')?.[1] ?? 'no token';

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  describe('with an invitation', () => {
    const invite = async (email: string): Promise<CreatedUser> => {
      const answer = await admin.post<CreatedUser>('/admin/users', { email, name: 'Guest', credits: 4 });
      expect(answer.status).toBe(201);
      return answer.body;
    };
    const accept = (token: string, password = PASSWORD) =>
      anonymous(server).post<SessionGrant>('/auth/invitation', { token, password });

    it('choose their own password, once', async () => {
      const { id, status, role, invitation_url } = await invite('Guest-1@Atelier.test');
      expect({ status, role }).toEqual({ status: 'invited', role: 'member' });
      expect(invitation_url).toMatch(new RegExp(`^${server.origin}/invitation#token=`));
      const token = tokenIn(invitation_url);
      expectProblem(await accept(token, 'weak'), 422, 'auth.password_weak');
      const answer = await accept(token);
      expect(answer).toMatchObject({ status: 200, body: { user: { id, email: 'guest-1@atelier.test' } } });
      expect(await balanceOf(withToken(server, answer.body.access_token))).toMatchObject({ available: 4, granted: 4 });
      expectProblem(await accept(token), 403, 'auth.invitation_invalid');
      expect(
        (await openSession(server, { email: 'guest-1@atelier.test', password: PASSWORD })).accessToken,
      ).toBeTruthy();
    });

    it('are found by a part of their address, or by their number', async () => {
      const { id } = await invite('guest-found@atelier.test');
      for (const search of ['FOUND@atel', ` ${id} `]) {
        const { status, body } = await admin.get<UserPage>('/admin/users', { query: { search } });
        expect({ status, ids: body.data.map((user) => user.id) }).toEqual({ status: 200, ids: [id] });
      }
      for (const search of ['', ' ', 'x'.repeat(101)]) {
        expectProblem(await admin.get('/admin/users', { query: { search } }), 422, 'request.invalid');
      }
    });

    it('can be invited anew until they have accepted; the earlier link is dead then', async () => {
      const { id, invitation_url } = await invite('guest-4@atelier.test');
      const renewed = await admin.post<{ invitation_url: string }>(`/admin/users/${id}/invitation`);
      expect(renewed.status).toBe(201);
      expectProblem(await accept(tokenIn(invitation_url)), 403, 'auth.invitation_invalid');
      expect((await accept(tokenIn(renewed.body.invitation_url))).status).toBe(200);
      expectProblem(await admin.post(`/admin/users/${id}/invitation`), 404, 'users.not_found');
    });

    it('are signed in once, however many follow the link at the same moment', async () => {
      const token = tokenIn((await invite('guest-2@atelier.test')).invitation_url);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => accept(token, `${PASSWORD}-${index}`)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 200))
        expectProblem(answer, 403, 'auth.invitation_invalid');
    });

    it.each(['', 'x', 'A'.repeat(43), "' OR 1=1 --"])('that was never made are refused: "%s"', async (token) => {
      expectProblem(await accept(token), 403, 'auth.invitation_invalid');
    });

    it('are never led to another host than the configured one', async () => {
      const { access_token } = (await anonymous(server).post<SessionGrant>('/auth/login', ADMIN)).body;
      const { status, text } = await plainRequest(server, {
        method: 'POST',
        path: '/api/v1/admin/users',
        headers: {
          authorization: `Bearer ${access_token}`,
          'content-type': 'application/json',
          host: 'evil.test',
          'x-forwarded-host': 'evil.test',
          forwarded: 'host=evil.test',
        },
        body: JSON.stringify({ email: 'guest-3@atelier.test', name: 'Guest' }),
      });
      expect(status).toBe(201);
      expect(text).not.toContain('evil.test');
      expect((JSON.parse(text) as CreatedUser).invitation_url).toContain(`${server.origin}/`);
    });
  });

  it('are refused from the moment they are disabled, and keep what they have', async () => {
    const { client, id, email, password } = await createMember(server, admin, 5);
    const image = await makeImage(client);
    const session = await openSession(server, { email, password });
    expect((await update(id, { status: 'disabled' })).body.status).toBe('disabled');
    expectProblem(await client.get('/auth/me'), 401, 'auth.token_invalid');
    expectProblem(await client.post('/studio/generate', { prompt: 'a', tier: 'standard' }), 401, 'auth.token_invalid');
    expectProblem(await refresh(server, session.refreshToken), 401, 'auth.refresh_invalid');
    expectProblem(await anonymous(server).post('/auth/login', { email, password }), 401, 'auth.credentials_invalid');
    expect((await update(id, { status: 'active' })).body.status).toBe('active');
    expectProblem(await client.get('/auth/me'), 401, 'auth.token_invalid');
    const back = await signIn(server, { email, password });
    expect(await balanceOf(back)).toMatchObject({ available: 4, consumed: 1 });
    await download(server, (await back.get<{ image_url: string }>(`/gallery/images/${image.id}`)).body.image_url);
  });

  it('lose the rights of a role with the next request', async () => {
    const { id, email, password } = await createMember(server, admin, 0);
    await update(id, { role: 'admin' });
    const session = await openSession(server, { email, password });
    const promoted = withToken(server, session.accessToken);
    expect((await promoted.get('/admin/users')).status).toBe(200);
    await update(id, { role: 'member' });
    expectProblem(await promoted.get('/admin/users'), 401, 'auth.token_expired');
    const answer = await refresh(server, session.refreshToken);
    expect(answer.body.user.role).toBe('member');
    expectProblem(await withToken(server, answer.body.access_token).get('/admin/users'), 403, 'auth.forbidden');
  });

  it('always have an administrator', async () => {
    const { data } = (await admin.get<UserPage>('/admin/users')).body;
    const self = data.find(({ email }) => email === ADMIN.email)!;
    expectProblem(await update(self.id, { role: 'member' }), 409, 'users.last_admin');
    expectProblem(await update(self.id, { status: 'disabled' }), 409, 'users.last_admin');
    const { id, email, password } = await createMember(server, admin, 0);
    await update(id, { role: 'admin' });
    const other = await signIn(server, { email, password });
    // Each removes the other at the same moment: one of them stays.
    const answers = await Promise.all([update(id, { role: 'member' }), update(self.id, { role: 'member' }, other)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const isSelfLeft = answers[0].status === 200;
    const survivor = await signIn(server, isSelfLeft ? ADMIN : { email, password });
    expect((await update(isSelfLeft ? id : self.id, { role: 'admin' }, survivor)).status).toBe(200);
    admin = await signIn(server);
    expect((await update(id, { role: 'member' })).status).toBe(200);
  });

  it('have one address each, however it is written, and however many create it at once', async () => {
    const create = (email: string) => admin.post('/admin/users', { email, name: 'Twin', password: PASSWORD });
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('twin@atelier.test')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expectProblem(answer, 409, 'users.email_taken');
    expectProblem(await create(' TWIN@atelier.TEST '), 409, 'users.email_taken');
  });

  it.each([
    ['no address', { email: 'nobody' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['an empty name', { name: ' ' }],
    ['an unknown role', { role: 'owner' }],
    ['negative credits', { credits: -1 }],
    ['half a credit', { credits: 0.5 }],
    ['a status', { status: 'active' }],
    ['an id', { id: 1 }],
    ['a password hash', { password_hash: 'x' }],
  ])('are not created with %s', async (_, change) => {
    const body = { email: 'never@atelier.test', name: 'Never', password: PASSWORD, ...change };
    expectProblem(await admin.post('/admin/users', body), 422, 'request.invalid');
  });

  it('are not created with a weak password, and leave no account behind', async () => {
    const body = { email: 'never@atelier.test', name: 'Never', password: 'too-short' };
    expect(problemOf(await admin.post('/admin/users', body))).toMatchObject({
      status: 422,
      code: 'auth.password_weak',
    });
    expect((await admin.post('/admin/users', { ...body, password: PASSWORD })).status).toBe(201);
  });

  it.each([
    ['nothing', {}],
    ['an unknown role', { role: 'owner' }],
    ['the invited status', { status: 'invited' }],
    ['credits', { credits: 1_000 }],
    ['an address', { email: 'other@atelier.test' }],
    ['a session version', { session_version: 0 }],
  ])('are not changed with %s', async (_, change) => {
    expectProblem(await update(1, change), 422, 'request.invalid');
  });

  it('who are not there are not changed', async () => {
    expectProblem(await update(4_000_000, { name: 'X' }), 404, 'users.not_found');
  });

  it('are listed page by page with their credits', async () => {
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string | number> = { limit: 2, ...(cursor === null ? {} : { cursor }) };
      const { body }: { body: UserPage } = await admin.get<UserPage>('/admin/users', { query });
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    const all = (await admin.get<UserPage>('/admin/users', { query: { limit: 100 } })).body.data;
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.find(({ email }) => email === ADMIN.email)!.credits).toEqual({ available: 100, held: 0 });
  });

  it('leave the books in order', async () => {
    await expectBooksInOrder(admin);
  });
});
