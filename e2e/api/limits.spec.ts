import { type Socket, connect } from 'node:net';
import type { IssuedApiKey, Problem, User } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { parseMetrics } from '../support/metrics-text.js';
import { createMember } from '../support/members.js';
import { plainRequest } from '../support/plain-request.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';

const ADDRESS_LIMIT = 120;
const USER_LIMIT = 40;
const KEY_LIMIT = 10;
const ACCOUNT_LIMIT = 15;
const AT_ONCE = 4;
const REQUEST_TIMEOUT_S = 10;

const LIMITS = {
  RATE_LIMIT_ADDRESS: String(ADDRESS_LIMIT),
  RATE_LIMIT_USER: String(USER_LIMIT),
  RATE_LIMIT_API_KEY: String(KEY_LIMIT),
  RATE_LIMIT_ACCOUNT: String(ACCOUNT_LIMIT),
  CONCURRENCY_LIMIT_PRINCIPAL: String(AT_ONCE),
  CONCURRENCY_LIMIT_ADDRESS: '200',
} as const;

/** Items of a list of structured fields, by their names. */
function fieldOf(headers: Headers, name: string): Record<string, Record<string, string>> {
  const items = (headers.get(name) ?? '').split(', ').map((item) => {
    const [quoted = '', ...parameters] = item.split(';');
    expect(quoted).toMatch(/^"[a-z-]+"$/);
    return [quoted.slice(1, -1), Object.fromEntries(parameters.map((parameter) => parameter.split('=')))] as const;
  });
  return Object.fromEntries(items);
}

describe('limits', () => {
  let server: Server;
  let admin: ApiClient;
  let addresses = 0;

  /** Another machine behind the proxy that this server trusts. */
  const newAddress = () => {
    addresses += 1;
    return `203.0.113.${addresses}`;
  };
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const statusesOf = (answers: readonly { status: number }[]) =>
    Object.fromEntries(
      [...Map.groupBy(answers, ({ status }) => status)].map(([status, group]) => [status, group.length]),
    );
  const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  const newMember = (credits = 0) => createMember(server, admin, credits);

  beforeAll(async () => {
    server = await startServer({ env: { ...LIMITS, TRUSTED_PROXIES: 'loopback' } });
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  describe('of a user', () => {
    it('are told in every answer, and the first request beyond them is refused', async () => {
      const { client } = await newMember();
      const first = await client.get('/credits/balance', from(newAddress()));
      expect(fieldOf(first.headers, 'ratelimit-policy')).toEqual({
        address: { q: String(ADDRESS_LIMIT), w: '60' },
        'address-at-once': { q: '200', qu: '"concurrent-requests"' },
        user: { q: String(USER_LIMIT), w: '60' },
        'user-at-once': { q: String(AT_ONCE), qu: '"concurrent-requests"' },
      });
      expect(fieldOf(first.headers, 'ratelimit')).toMatchObject({
        address: { r: String(ADDRESS_LIMIT - 1) },
        user: { r: String(USER_LIMIT - 1) },
        'user-at-once': { r: String(AT_ONCE - 1) },
      });
      const address = newAddress();
      for (let left = USER_LIMIT - 2; left >= 0; left -= 1) {
        const answer = await client.get('/credits/balance', from(address));
        expect([answer.status, fieldOf(answer.headers, 'ratelimit')['user']?.['r']]).toEqual([200, String(left)]);
      }
      const refused = await client.get('/credits/balance', from(address));
      const problem = expectProblem(refused, 429, 'request.rate_limited');
      expect([problem.retryable, problem.charged]).toEqual([true, false]);
      const { r, t } = fieldOf(refused.headers, 'ratelimit')['user']!;
      expect(r).toBe('0');
      expect(Number(t)).toBeLessThanOrEqual(60);
      expect(refused.headers.get('retry-after')).toBe(t);
    });

    it('hold for all that one user asks, from wherever, and for nobody else', async () => {
      const [busy, other] = [await newMember(), await newMember()];
      const second = await signIn(server, { email: busy.email, password: busy.password });
      const answers = [];
      for (let index = 0; index < USER_LIMIT + 5; index += 1)
        answers.push(await (index % 2 ? second : busy.client).get('/credits/balance', from(newAddress())));
      expect(statusesOf(answers)).toEqual({ 200: USER_LIMIT, 429: 5 });
      expect((await other.client.get('/credits/balance')).status).toBe(200);
    });

    it('let only so many be answered at the same time, and give the place to the next', async () => {
      const { client } = await newMember(100);
      const slow = () => client.post('/studio/generate', { prompt: 'a [mock:delay=4000]', tier: 'standard' });
      const answers = await times(AT_ONCE + 4, slow);
      expect(statusesOf(answers)).toEqual({ 201: AT_ONCE, 429: 4 });
      const refused = answers.find(({ status }) => status === 429)!;
      expectProblem(refused, 429, 'request.too_many_at_once');
      expect(refused.headers.get('retry-after')).toBe('1');
      expect((await client.get('/credits/balance')).body).toMatchObject({ consumed: AT_ONCE, held: 0 });
    });

    it('do not count event streams among them once these are open', async () => {
      const { client } = await newMember();
      const streams = await times(AT_ONCE, () => client.raw('/api/v1/studio/events'));
      expect(statusesOf(streams)).toEqual({ 200: AT_ONCE });
      expect((await client.get('/credits/balance')).status).toBe(200);
      for (const stream of streams) await stream.body?.cancel();
    });
  });

  describe('of API keys', () => {
    const issue = async (body: object) => {
      const { body: issued } = await admin.post<IssuedApiKey>('/api-keys', { scopes: ['generate'], ...body });
      return withToken(server, issued.key);
    };
    const ask = async (client: ApiClient, count: number) => {
      const answers = [];
      for (let index = 0; index < count; index += 1) answers.push(await client.raw('/v1/models', from(newAddress())));
      return answers;
    };

    it('hold for each key, and for all keys of an account together; the OpenAI routes say it as OpenAI does', async () => {
      const { body: account } = await admin.post<User>('/admin/service-accounts', { name: 'Shop' });
      const one = await issue({ name: 'One', user_id: account.id });
      const two = await issue({ name: 'Two', user_id: account.id });
      const answers = await ask(one, KEY_LIMIT + 1);
      expect(statusesOf(answers)).toEqual({ 200: KEY_LIMIT, 429: 1 });
      const refused = answers.at(-1)!;
      expect(await refused.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
      expect(refused.headers.get('x-should-retry')).toBe('true');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(fieldOf(refused.headers, 'ratelimit')).toMatchObject({
        key: { r: '0' },
        account: { r: String(ACCOUNT_LIMIT - KEY_LIMIT - 1) },
      });
      // What was refused has counted for the account as well.
      expect(statusesOf(await ask(two, KEY_LIMIT))).toEqual({ 200: 4, 429: 6 });
    });

    it('wait for the end of an answer together with all the others, of whom Node makes no fuss', async () => {
      const { client } = await newMember(5);
      const { body } = await client.post<IssuedApiKey>('/api-keys', { name: 'Images', scopes: ['generate'] });
      const answer = await withToken(server, body.key).raw('/v1/images/generations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: 'a harbour', response_format: 'b64_json' }),
      });
      expect(answer.status).toBe(200);
      expect((await answer.text()).length).toBeGreaterThan(1_000);
      expect(server.logs()).not.toContain('MaxListenersExceededWarning');
    });

    it('leave the person alone whose programs use them up', async () => {
      const { client } = await newMember();
      const { body } = await client.post<IssuedApiKey>('/api-keys', { name: 'Loop', scopes: ['generate'] });
      expect(statusesOf(await ask(withToken(server, body.key), KEY_LIMIT + 3))).toEqual({ 200: KEY_LIMIT, 429: 3 });
      expect((await client.get('/credits/balance')).status).toBe(200);
    });
  });

  describe('of an address', () => {
    it('hold for whoever asks from there, known or not, before anything else is done', async () => {
      const address = newAddress();
      const unknown = anonymous(server);
      const answers = await times(ADDRESS_LIMIT + 15, (index) =>
        unknown.raw(['/api/v1/auth/me', '/v1/models', '/api/v1/nowhere'][index % 3]!, from(address)),
      );
      expect(statusesOf(answers)[429]).toBe(15);
      const refused = await unknown.post('/auth/login', { email: 'a@b.test', password: 'x' }, from(address));
      expectProblem(refused, 429, 'request.rate_limited');
      expect((await unknown.get('/auth/setup', from(newAddress()))).status).toBe(200);
      const metrics = parseMetrics(await (await unknown.raw('/metrics')).text());
      const limited = metrics.get('atelier_requests_limited_total')!.samples;
      expect(limited.find(({ labels }) => labels['limit'] === 'address')!.value).toBeGreaterThanOrEqual(16);
    });

    it('never keep operators from seeing how the process is', async () => {
      const answers = await times(ADDRESS_LIMIT + 5, () =>
        anonymous(server).raw('/health/live', from('203.0.113.250')),
      );
      expect(statusesOf(answers)).toEqual({ 200: ADDRESS_LIMIT + 5 });
    });

    it('are not got around by what a client writes before the proxy adds where it comes from', async () => {
      const address = newAddress();
      const answers = await times(ADDRESS_LIMIT + 10, (index) =>
        anonymous(server).raw('/api/v1/auth/setup', from(`198.51.100.${index}, ::1, ${address}`)),
      );
      expect(statusesOf(answers)).toEqual({ 200: ADDRESS_LIMIT, 429: 10 });
    });

    it('count a household of IPv6 as one', async () => {
      const answers = await times(ADDRESS_LIMIT + 10, (index) =>
        anonymous(server).raw('/api/v1/auth/setup', from(`2001:db8:77:1::${index.toString(16)}`)),
      );
      expect(statusesOf(answers)).toEqual({ 200: ADDRESS_LIMIT, 429: 10 });
    });

    it('do not stop guesses at one account from many addresses; the account’s own limit does', async () => {
      const { email } = await newMember();
      const guesses = await times(100, (index) =>
        anonymous(server).post('/auth/login', { email, password: `guess number ${index}` }, from(`198.18.0.${index}`)),
      );
      const { 401: made = 0, 429: refused = 0 } = statusesOf(guesses);
      expect(made + refused).toBe(100);
      expect(made).toBeLessThan(10);
    });
  });

  describe('of a request', () => {
    const send = (path: string, body?: string) =>
      plainRequest(server, {
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { 'content-type': 'application/json', 'x-forwarded-for': newAddress() },
        ...(body === undefined ? {} : { body }),
      });
    const codeOf = ({ text }: { text: string }) => (JSON.parse(text) as Problem).code;

    it.each([
      ['5,000 parameters', `/api/v1/credits/entries?${'a&'.repeat(5_000)}`, 414, 'request.address_too_long'],
      ['101 parameters', `/api/v1/credits/entries?${'a&'.repeat(100)}`, 422, 'request.invalid'],
      ['a long address', `/api/v1/${'x'.repeat(9_000)}`, 414, 'request.address_too_long'],
    ])('with %s is refused before it is taken apart', async (_, path, status, code) => {
      const answer = await send(path);
      expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    });

    it('with 10^5 parameters does not even get that far', async () => {
      // It is refused while it is still being sent, which not every client gets to read.
      const outcome = await send(`/api/v1/credits/entries?${'a&'.repeat(100_000)}`).then(
        ({ status }) => status,
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      expect([431, 'ECONNRESET', 'EPIPE']).toContain(outcome);
      expect((await send('/api/v1/auth/setup')).status).toBe(200);
    });

    it.each([
      ['33 levels', '['.repeat(33) + ']'.repeat(33)],
      ['1,001 members', JSON.stringify({ metadata: Array.from({ length: 1_001 }, () => 0) })],
      ['1,001 keys', JSON.stringify({ metadata: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, 0])) })],
    ])('with a body of %s is refused', async (_, body) => {
      const { client } = await newMember();
      const problem = expectProblem(await client.post('/studio/generate', body), 422, 'request.invalid');
      expect(problem.detail).toMatch(/^The body must not/);
    });

    it('that asks for a billion images, or a page of minus one, is refused', async () => {
      const { client } = await newMember(10);
      const wish = { prompt: 'a', tier: 'standard', count: 1e9 };
      expectProblem(await client.post('/studio/generate', wish), 422, 'request.invalid');
      expectProblem(await client.get('/studio/my-creations?limit=-1'), 422, 'request.invalid');
      expect((await client.get('/credits/balance')).body).toMatchObject({ available: 10, held: 0 });
    });
  });

  it('break off what is sent byte by byte, and others are answered meanwhile', async () => {
    // A server of its own: on a busy machine, whoever has so little time may be cut off without being slow.
    const env = { REQUEST_TIMEOUT_S: String(REQUEST_TIMEOUT_S), TRUSTED_PROXIES: 'loopback' };
    const impatient = await startServer({ env });
    const startedAt = Date.now();
    const head = `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: `;
    const type = `Content-Type: application/json\r\nContent-Length: 99`;
    const slow = Array.from({ length: 200 }, (_, index) => {
      const body = `POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.19.0.${index}\r\n${type}\r\n\r\n{`;
      return new SlowClient(impatient.port, index % 2 ? head : body, index % 8 < 6);
    });
    let over = 0;
    for (const { ended } of slow) void ended.then(() => (over += 1));
    for (let index = 0; index < 20; index += 1) {
      expect((await anonymous(impatient).raw('/health/live')).status).toBe(200);
      if (index === 0) expect(over).toBe(0);
    }
    for (const { ended, isDripping } of slow) {
      // A byte that is on its way when the server closes resets the connection, and the answer is gone with it.
      expect(await ended).toMatch(isDripping ? /^(HTTP\/1\.1 408 |$)/ : /^HTTP\/1\.1 408 /);
    }
    expect(Date.now() - startedAt).toBeLessThan(REQUEST_TIMEOUT_S * 1_000 + 20_000);
    expect((await plainRequest(impatient, { method: 'GET', path: '/health/live' })).status).toBe(200);
    await impatient.dispose();
  });

  it('leave memory and time for others while two hundred sign in at once', async () => {
    const { client } = await newMember();
    const residentMib = async () => {
      const metrics = parseMetrics(await (await anonymous(server).raw('/metrics')).text());
      return metrics.get('process_resident_memory_bytes')!.samples[0]!.value / 2 ** 20;
    };
    const before = await residentMib();
    const leaving = new AbortController();
    const signIns = times(200, async (index) => {
      const credentials = { email: `nobody-${index}@atelier.test`, password: `a guess of number ${index}` };
      const { signal } = leaving;
      await anonymous(server)
        .post('/auth/login', credentials, { ...from(`198.51.101.${index}`), signal })
        .catch(() => undefined);
    });
    const waits: number[] = [];
    for (let asked = 0; asked < 20; asked += 1) {
      const askedAt = performance.now();
      expect((await client.get('/credits/balance')).status).toBe(200);
      waits.push(performance.now() - askedAt);
    }
    // Each hash takes 64 MiB, and no more than two are made at a time.
    expect((await residentMib()) - before).toBeLessThan(300);
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(2_000);
    // What is left of the line would take a slow machine a minute.
    await server.kill();
    leaving.abort();
    await signIns;
  });

  describe('where no proxy is trusted', () => {
    it('X-Forwarded-For changes nothing, and an operator is told once', async () => {
      server = await server.restart({ TRUSTED_PROXIES: '' });
      const answers = await times(ADDRESS_LIMIT + 10, (index) =>
        anonymous(server).raw('/api/v1/auth/setup', from(`203.0.113.${index}`)),
      );
      expect(statusesOf(answers)).toEqual({ 200: ADDRESS_LIMIT, 429: 10 });
      await server.waitForLog(/not in TRUSTED_PROXIES/);
      expect(server.logs().match(/not in TRUSTED_PROXIES/g)).toHaveLength(1);
    });
  });
});

/** Sends a request's beginning and then nothing, or a byte now and then, for as long as anybody listens. */
class SlowClient {
  readonly ended: Promise<string>;
  private readonly socket: Socket;

  constructor(
    port: number,
    beginning: string,
    readonly isDripping: boolean,
  ) {
    let dripping: NodeJS.Timeout | undefined;
    this.socket = connect(port, '127.0.0.1', () => {
      this.socket.write(beginning);
      if (isDripping) dripping = setInterval(() => this.socket.write('x'), 200);
    });
    let received = '';
    this.socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        clearInterval(dripping);
        resolve(received);
      });
    });
  }
}
