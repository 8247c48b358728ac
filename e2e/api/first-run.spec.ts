import type { Me, SessionGrant, SetupStatus, UserPage } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, anonymous, problemOf, signIn, withToken } from '../support/api-client.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';

const LINK = /http:\/\/127\.0\.0\.1:\d+\/setup#token=([A-Za-z0-9_-]{40,})/;

const person = (number: number) => ({
  email: `first-${number}@atelier.test`,
  name: 'The First',
  password: 'cathedral-mango-52-willow',
});

describe('the first run', () => {
  let server: Server;
  let token: string;
  let created: Answer<SessionGrant>;

  const complete = (body: object) => anonymous(server).post<SessionGrant>('/auth/setup', body);
  const isOpen = async () => (await anonymous(server).get<SetupStatus>('/auth/setup')).body.open;

  beforeAll(async () => {
    server = await startServer({ hasAdmin: false });
    token = (await server.waitForLog(LINK))[1]!;
  });

  afterAll(() => server.dispose());

  it('offers set-up and nothing else', async () => {
    expect(await isOpen()).toBe(true);
    expectProblem(await anonymous(server).get('/auth/me'), 401, 'auth.required');
    const login = await anonymous(server).post('/auth/login', { email: 'admin@atelier.test', password: 'admin' });
    expectProblem(login, 401, 'auth.credentials_invalid');
  });

  it('refuses a token that was not printed', async () => {
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [forged, '', token.slice(0, -1), token.toUpperCase()])
      expectProblem(await complete({ ...person(0), token: wrong }), 403, 'auth.setup_token_invalid');
    expect(await isOpen()).toBe(true);
  });

  it.each(['short-pass', 'password-password', 'aaaaaaaaaaaaaaaaaaaa', person(0).email])(
    'refuses the weak password %s and stays open',
    async (password) => {
      expectProblem(await complete({ ...person(0), password, token }), 422, 'auth.password_weak');
      expect(await isOpen()).toBe(true);
    },
  );

  it('prints the same link again after a restart', async () => {
    server = await server.restart();
    expect((await server.waitForLog(LINK))[1]).toBe(token);
  });

  it('makes exactly one administrator of twenty who follow the link at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) => complete({ ...person(number), token })),
    );
    const winners = answers.filter(({ status }) => status === 201);
    expect(winners).toHaveLength(1);
    created = winners[0]!;
    for (const loser of answers.filter((answer) => answer !== created)) {
      // Whoever looks a moment after the winner finds no link any more.
      expect(['auth.setup_closed', 'auth.setup_token_invalid']).toContain(problemOf(loser).code);
      expect(loser.status).toBe(403);
    }
  });

  it('closes set-up for good', async () => {
    expect(await isOpen()).toBe(false);
    expectProblem(await complete({ ...person(50), token }), 403, 'auth.setup_closed');
    server = await server.restart();
    expect(await isOpen()).toBe(false);
    expectProblem(await complete({ ...person(51), token }), 403, 'auth.setup_closed');
    expect(server.logs()).not.toContain('/setup#token=');
  });

  it('signed the administrator in, with the initial credits', async () => {
    const { user, access_token } = created.body;
    expect(user).toMatchObject({ name: 'The First', role: 'admin' });
    const me = await withToken(server, access_token).get<Me>('/auth/me');
    expect(me).toMatchObject({ status: 200, body: { ...user, credits: { available: 100, held: 0 } } });
    const admin = await signIn(server, { email: user.email, password: person(0).password });
    expect((await admin.get<UserPage>('/admin/users')).body.data.map(({ id }) => id)).toEqual([user.id]);
  });
});
