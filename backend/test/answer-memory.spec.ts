import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { UsersService } from '../src/modules/auth/index.js';
import { Configuration } from '../src/platform/config/index.js';
import { Metrics } from '../src/platform/metrics/index.js';
import { ADMINISTRATOR, ReadingApp } from './reading-app.js';
import { describeAppOnEveryDatabase } from './test-app.js';

/** Differ from answer to answer, whoever gives it. */
const without = (headers: object): object => ({
  ...headers,
  ...{ 'x-request-id': '', date: '', ratelimit: '' },
  'content-security-policy': String(Reflect.get(headers, 'content-security-policy')).replace(/nonce-[0-9a-f]{32}/, ''),
});

describeAppOnEveryDatabase('An answer that was given before', (start) => {
  test('is the same when it is repeated, and counted and named like any other', async () => {
    const reading = await ReadingApp.open(start);
    const { token } = await reading.signIn(await reading.join());
    for (const path of ['/auth/me', '/credits/balance']) {
      // An answer lives for a few seconds.
      const { first, again, made } = await reading.atOnce(async () => {
        const first = await reading.ask(token, { path });
        const before = reading.made;
        const again = [await reading.ask(token, { path }), await reading.ask(token, { path })];
        return { first, again, made: reading.made - before };
      });
      expect(made).toBe(reading.remembers ? 0 : 2);
      for (const { status, headers, body } of again) {
        expect([status, body]).toEqual([200, first.body]);
        expect(without(headers)).toEqual(without(first.headers));
        expect(Object.keys(headers).sort()).toEqual(Object.keys(first.headers).sort());
      }
      const all = [first, ...again].map(({ headers }) => headers);
      for (const name of ['x-request-id', 'content-security-policy', 'ratelimit'])
        expect(new Set(all.map((headers) => headers[name])).size).toBe(3);
      const left = all.map(({ ratelimit }) => Number(/"user";r=(\d+)/.exec(String(ratelimit))?.[1]));
      expect(left).toEqual([left[0], left[0]! - 1, left[0]! - 2]);
    }
    const named = await reading.ask(token, { headers: { 'x-request-id': 'mine' } });
    expect(named.headers['x-request-id']).toBe('mine');
    const metrics = await reading.app.get(Metrics).format();
    expect(metrics).toContain(
      'atelier_http_requests_total{route="/api/v1/credits/balance",method="GET",status="2xx"} 4\n',
    );
    expect(metrics).toContain(
      'atelier_http_request_duration_seconds_count{route="/api/v1/credits/balance",method="GET"} 4\n',
    );
  });

  test('is refused like any other to whoever has asked too much', async () => {
    const limits = { requests: 7, atOnce: Infinity };
    const none = { requests: Infinity, atOnce: Infinity };
    const reading = await ReadingApp.open(start, {
      limits: { address: none, user: limits, key: limits, account: none },
    });
    const somebody = await reading.join();
    for (const credential of [(await reading.signIn(somebody)).token, (await reading.keyOf(somebody)).key]) {
      const answers = [];
      for (let times = 0; times < 10; times += 1) answers.push(await reading.ask(credential));
      expect(answers.map(({ status }) => status)).toEqual([...Array<number>(7).fill(200), 429, 429, 429]);
      const left = answers.map(({ headers }) => /;r=(\d+)/.exec(String(headers['ratelimit']))?.[1]);
      expect(left).toEqual(['6', '5', '4', '3', '2', '1', '0', '0', '0', '0']);
      reading.later(61_000);
      expect((await reading.warm(credential)).status).toBe(200);
    }
  });

  test('is never given to others, or elsewhere', async () => {
    const reading = await ReadingApp.open(start);
    const [rich, poor] = [await reading.join(), await reading.join()];
    await reading.grant(rich, 500);
    const [{ token }, { key, id }] = [await reading.signIn(rich), await reading.keyOf(rich)];
    const other = await reading.signIn(poor);
    await reading.warm(token);
    expect((await reading.balance(other.token)).available).toBe(0);
    expect((await reading.ask(`${token}x`)).status).toBe(401);

    await reading.keys.update(rich, id, { allowed_addresses: ['127.0.0.1'] });
    await reading.warm(key);
    expect((await reading.ask(key, { from: '127.0.0.2' })).status).toBe(403);
    expect((await reading.ask(key)).status).toBe(200);
  });

  test('goes the whole way when anything about the request is unusual', async () => {
    const reading = await ReadingApp.open(start);
    const { token } = await reading.signIn(await reading.join());
    for (const headers of [
      { 'if-none-match': '*' },
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      { cookie: 'a=b' },
      { 'content-length': '0' },
      { prefer: 'wait=1' },
      { authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    ]) {
      await reading.warm(token);
      const made = reading.made;
      await reading.ask(token, { headers });
      expect([Object.keys(headers), reading.made - made]).toEqual([Object.keys(headers), 1]);
    }
  });

  test('is not given any more from the moment that something has changed', async () => {
    const reading = await ReadingApp.open(start);
    const somebody = await reading.join();
    const session = await reading.signIn(somebody);
    const [key, doomed] = [await reading.keyOf(somebody), await reading.keyOf(somebody)];
    for (const amount of [5, 7, -2]) {
      await reading.warm(session.token);
      await reading.warm(key.key);
      const { available } = await reading.balance(session.token);
      await reading.grant(somebody, amount);
      expect((await reading.balance(session.token)).available).toBe(available + amount);
      expect((await reading.balance(key.key)).available).toBe(available + amount);
    }
    await reading.warm(doomed.key);
    await reading.keys.revoke(somebody, doomed.id);
    expect((await reading.ask(doomed.key)).status).toBe(401);

    await reading.warm(session.token);
    await session.leave();
    expect((await reading.ask(session.token)).status).toBe(401);

    const { token } = await reading.signIn(somebody);
    await reading.warm(token);
    await reading.warm(key.key);
    await reading.app.get(UsersService, { strict: false }).update(ADMINISTRATOR, somebody.id, { status: 'disabled' });
    expect([(await reading.ask(token)).status, (await reading.ask(key.key)).status]).toEqual([401, 401]);
  });

  test('ends with its credential, to the millisecond', async () => {
    const reading = await ReadingApp.open(start);
    const somebody = await reading.join();
    const [{ token }, old] = [await reading.signIn(somebody), await reading.keyOf(somebody)];
    await reading.atOnce(async () => {
      const expiresAt = reading.now() + 3_000;
      const [short, replaced] = [await reading.keyOf(somebody, expiresAt), await reading.keyOf(somebody)];
      await reading.keys.rotate(somebody, replaced.id, 2);
      for (const [key, endsAt] of [
        [replaced.key, reading.now() + 2_000],
        [short.key, expiresAt],
      ] as const) {
        reading.later(endsAt - 1 - reading.now());
        expect((await reading.warm(key)).status).toBe(200);
        reading.later(1);
        expect((await reading.ask(key)).status).toBe(401);
      }
      await reading.warm(old.key);
      const { exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number };
      reading.later(exp * 1_000 - 1 - reading.now());
      expect((await reading.warm(token)).status).toBe(200);
      reading.later(1);
      expect((await reading.ask(token)).status).toBe(401);
    });
  });

  test('is not remembered when something was written while it was made', async () => {
    const reading = await ReadingApp.open(start);
    const somebody = await reading.join();
    const { token } = await reading.signIn(somebody);
    const other = await reading.signIn(await reading.join());
    await reading.warm(other.token);
    await reading.warm(token);
    await reading.grant(somebody);
    const { credits } = reading;
    const balanceOf = Reflect.get(Object.getPrototypeOf(credits) as object, 'balanceOf') as typeof credits.balanceOf;
    jest.mocked(credits.balanceOf).mockImplementationOnce(async (id) => {
      const before = await balanceOf.call(credits, id);
      await reading.grant(somebody);
      // Somebody else's request has the memory find out before this one ends.
      await reading.ask(other.token);
      return before;
    });

    expect((await reading.balance(token)).available).toBe(1);
    expect((await reading.balance(token)).available).toBe(2);
  });

  test('tells of what another program has written', async () => {
    const reading = await ReadingApp.open(start);
    if (!reading.remembers) return;
    const somebody = await reading.join();
    await reading.grant(somebody);
    const { token } = await reading.signIn(somebody);
    await reading.warm(token);
    const byHand = new BetterSqlite3(reading.app.get(Configuration).sqliteFile);
    byHand.prepare('UPDATE credit_account SET available = 4, granted = 4 WHERE owner_id = ?').run(String(somebody.id));
    byHand.close();
    await nextTurn();
    expect((await reading.balance(token)).available).toBe(4);
  });

  test('shows every read what was written before it began, however they are interleaved', async () => {
    const reading = await ReadingApp.open(start);
    const action = fc.constantFrom('token', 'token', 'key', 'key', 'key', 'grant' as const);
    const clients = fc.array(fc.array(action, { minLength: 5, maxLength: 15 }), { minLength: 2, maxLength: 5 });
    let reads = 0;
    const property = fc.asyncProperty(clients, async (programs) => {
      const somebody = await reading.join();
      const credentials = { token: (await reading.signIn(somebody)).token, key: (await reading.keyOf(somebody)).key };
      let [begun, answered] = [0, 0];
      const step = async (one: 'token' | 'key' | 'grant'): Promise<void> => {
        if (one === 'grant') {
          begun += 1;
          await reading.grant(somebody);
          answered += 1;
          return;
        }
        const atLeast = answered;
        const { available } = await reading.balance(credentials[one]);
        reads += 1;
        expect(available).toBeGreaterThanOrEqual(atLeast);
        expect(available).toBeLessThanOrEqual(begun);
      };
      await Promise.all(
        programs.map(async (program) => {
          for (const one of program) await step(one);
        }),
      );
      expect((await reading.balance(credentials.key)).available).toBe(answered);
    });
    await fc.assert(property, { numRuns: 12 });
    expect(reading.made < reads).toBe(reading.remembers);
  });
});
