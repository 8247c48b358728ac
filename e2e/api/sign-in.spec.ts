import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, problemOf, signIn } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const WRONG = 'certainly-not-the-password-7';

describe('signing in', () => {
  let server: Server;
  let admin: ApiClient;

  const login = (body: unknown) => anonymous(server).post('/auth/login', body);

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  it('says the same to a wrong password, an unknown address and a disabled user', async () => {
    const { email } = await createMember(server, admin, 0);
    const disabled = await createMember(server, admin, 0);
    await admin.patch(`/admin/users/${disabled.id}`, { status: 'disabled' });
    const invited = 'invited-only@atelier.test';
    expect((await admin.post('/admin/users', { email: invited, name: 'Invited' })).status).toBe(201);
    const answers = [
      await login({ email, password: WRONG }),
      await login({ email: 'nobody@atelier.test', password: WRONG }),
      await login({ email: disabled.email, password: disabled.password }),
      await login({ email: invited, password: '' }),
      await login({ email: "' OR 1=1 --", password: WRONG }),
    ];
    const problems = answers.map((answer) => ({
      ...expectProblem(answer, 401, 'auth.credentials_invalid'),
      request_id: '',
    }));
    for (const problem of problems) expect(problem).toEqual(problems[0]);
    const names = answers.map(({ headers }) => [...headers.keys()].sort());
    for (const headers of names) expect(headers).toEqual(names[0]);
    expect(names[0]).not.toContain('set-cookie');
  });

  it.each([
    ['nothing', undefined],
    ['no password', { email: 'admin@atelier.test' }],
    ['lists', { email: ['admin@atelier.test'], password: ['x'] }],
    ['objects', { email: { $ne: null }, password: { $ne: null } }],
    ['an unknown field', { email: 'admin@atelier.test', password: 'x', role: 'admin' }],
    ['a password of a book', { email: 'admin@atelier.test', password: 'x'.repeat(1_025) }],
  ])('with %s is refused before anything is compared', async (_, body) => {
    const problem = expectProblem(await login(body), 422, 'request.invalid');
    expect(JSON.stringify(problem)).not.toContain('xxxx');
  });

  it('with a password of 200 KB is answered at once', async () => {
    const took: number[] = [];
    // Whoever hashes it takes long each time.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const startedAt = Date.now();
      const answer = await login({ email: 'admin@atelier.test', password: 'x'.repeat(200_000) });
      took.push(Date.now() - startedAt);
      expectProblem(answer, 422, 'request.invalid');
    }
    expect(Math.min(...took)).toBeLessThan(5_000);
  });

  it('is slowed down for an account whose password is guessed, and for no other', async () => {
    const [victim, bystander] = [await createMember(server, admin, 0), await createMember(server, admin, 0)];
    // From here they have signed in before: such guesses have a count of their own.
    expect((await login({ email: victim.email, password: victim.password })).status).toBe(200);
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, number) => login({ email: victim.email, password: `${WRONG}${number}` })),
    );
    const made = guesses.filter(({ status }) => status === 401);
    const heldBack = guesses.filter(({ status }) => status === 429);
    expect(made.length + heldBack.length).toBe(30);
    expect(made.length).toBeLessThan(10);
    for (const answer of heldBack) {
      expect(expectProblem(answer, 429, 'auth.throttled').retryable).toBe(true);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    // Even the right password has to wait: a guess that is right must not be told apart.
    const refused = await until(async () => {
      await Promise.all(Array.from({ length: 6 }, () => login({ email: victim.email, password: WRONG })));
      const answer = await login({ email: victim.email, password: victim.password });
      return answer.status === 429 ? answer : undefined;
    });
    expect(problemOf(refused).code).toBe('auth.throttled');
    expect((await login({ email: bystander.email, password: bystander.password })).status).toBe(200);
  });

  it('is slowed down for addresses that nobody has just the same', async () => {
    const email = 'never-there@atelier.test';
    const guesses = await Promise.all(Array.from({ length: 15 }, () => login({ email, password: WRONG })));
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThan(4);
  });
});
