import type { Generation, StreamTicket } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { OpenStream, type StreamOptions } from '../support/event-stream.js';
import { makeImages, startImages, untilGeneration } from '../support/generations.js';
import { endLeases } from '../support/leases.js';
import { createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const ENDLESS = 'a slow river [mock:delay=300000]';

describe('event streams', () => {
  let server: Server;
  let admin: ApiClient;
  let client: ApiClient;
  const opened: OpenStream[] = [];

  const open = async (path: string, options?: StreamOptions, as: ApiClient = client): Promise<OpenStream> => {
    const stream = await OpenStream.open(as, path, options);
    opened.push(stream);
    return stream;
  };
  const of = (id: string) => `/studio/generations/${id}/events`;
  const cancel = (id: string) => client.post<Generation>(`/studio/generations/${id}/cancel`);
  const after = (id: string) => ({ headers: { 'last-event-id': id } });
  const refusal = async (path: string, init?: RequestInit, as: ApiClient = client) => {
    const answer = await as.raw(`/api/v1${path}`, init);
    const text = await answer.text();
    return { status: answer.status, code: text === '' ? '' : (JSON.parse(text) as { code: string }).code, answer };
  };

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  beforeEach(async () => {
    ({ client } = await createMember(server, admin, 200));
  });

  afterEach(() => {
    for (const stream of opened.splice(0)) stream.close();
  });

  afterAll(() => server.dispose());

  it('tells of a generation from its place in the queue to its image, and ends with it', async () => {
    // As many as one person may have at work: what comes next waits until they are called off.
    const before = await startImages(client, { prompt: ENDLESS, count: 4 });
    const { id, urls } = await startImages(client, { prompt: 'a brook', count: 2 });
    const stream = await open(urls.events.replace('/api/v1', ''));
    await stream.event('generation.snapshot', id);
    await cancel(before.id);
    await stream.ended;

    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
    expect(stream.response.headers.get('content-encoding')).toBeNull();
    expect(stream.messages[0]?.event).toBe('generation.snapshot');
    expect(stream.messages.at(-1)).toMatchObject({
      event: 'generation.succeeded',
      data: { id, status: 'succeeded', credits: { quoted: 2, charged: 2 } },
    });
    expect(stream.messages.filter(({ event }) => /succeeded|failed|canceled/.test(event))).toHaveLength(1);
    // What a message tells is what reading the generation would tell.
    for (const { data } of stream.messages)
      expect(ApiDocument.committed().complaint('/components/schemas/Generation', data)).toBeUndefined();
    const ids = stream.messages.map((message) => Number(message.id));
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
  });

  it('begins the stream of all generations with those that are not finished, and tells of new ones', async () => {
    // As many as one person may have at work: what comes next waits until they are called off.
    const before = await startImages(client, { prompt: ENDLESS, count: 4 });
    const stream = await open('/studio/events');
    await stream.event('generation.snapshot', before.id);
    const made = await startImages(client, { prompt: 'a brook [mock:delay=3000]' });
    const queued = await stream.event('generation.queued', made.id);

    await cancel(before.id);
    const [canceled, , succeeded] = [
      await stream.event('generation.canceled', before.id),
      await stream.event('generation.started', made.id),
      await stream.event('generation.succeeded', made.id),
    ];
    expect(stream.messages[0]?.event).toBe('ready');
    expect(Number(succeeded.id)).toBeGreaterThan(Number(queued.id));
    expect(succeeded.data.images).toHaveLength(1);
    expect(canceled.data.status).toBe('canceled');
  });

  it('tells nobody of what is not theirs', async () => {
    const { client: other } = await createMember(server, admin, 10);
    const { id } = await startImages(other, { prompt: ENDLESS });
    const stream = await open('/studio/events');
    const adminStream = await open('/studio/events', {}, admin);

    expect(await refusal(of(id))).toMatchObject({ status: 404, code: 'studio.generation_not_found' });
    expect(await refusal(of(id), {}, admin)).toMatchObject({ status: 404, code: 'studio.generation_not_found' });
    expect(await refusal(of('01a2075f-1b95-7062-9f31-d87ab03ab2a3'))).toMatchObject({ status: 404 });
    expect(await refusal(of('42'))).toMatchObject({ status: 422 });
    await other.post(`/studio/generations/${id}/cancel`);
    const own = await makeImages(client);
    await stream.event('generation.succeeded', own.id);

    expect(stream.messages.filter(({ event, data }) => event !== 'ready' && data.id !== own.id)).toEqual([]);
    expect(adminStream.messages.filter(({ event }) => event !== 'ready')).toEqual([]);
  });

  it('goes on after the last id that was received, and misses and repeats nothing', async () => {
    const first = await open('/studio/events');
    const started = await startImages(client, { prompt: ENDLESS });
    const { id: lastId } = await first.event('generation.started', started.id);
    first.close();
    await cancel(started.id);
    const made = await makeImages(client);

    for (const options of [after(lastId), { query: { last_event_id: lastId } }]) {
      const second = await open('/studio/events', options);
      await second.event('generation.succeeded', made.id);
      expect(second.messages.map(({ event, data }) => [event, data.id])).toEqual([
        ['generation.canceled', started.id],
        ['generation.succeeded', made.id],
      ]);
      expect(second.messages.every(({ id }) => Number(id) > Number(lastId))).toBe(true);
    }
  });

  it('takes the header before the address, which an EventSource keeps for ever', async () => {
    const first = await open('/studio/events');
    const one = await makeImages(client);
    const { id: lastId } = await first.event('generation.succeeded', one.id);
    const two = await makeImages(client);
    const second = await open('/studio/events', { ...after(lastId), query: { last_event_id: '0' } });
    await second.event('generation.succeeded', two.id);
    expect(second.messages.filter(({ data }) => data.id === one.id)).toEqual([]);
  });

  it('answers 204 to whoever comes back after the end, and begins anew for whoever comes for the first time', async () => {
    const { id } = await makeImages(client);
    const stream = await open(of(id));
    await stream.ended;
    expect(stream.messages).toMatchObject([{ event: 'generation.snapshot', data: { id, status: 'succeeded' } }]);

    const again = await refusal(of(id), after(stream.lastId));
    expect(again).toMatchObject({ status: 204, code: '' });
    const early = await open(of(id), after('1'));
    await early.ended;
    expect(early.messages.at(-1)?.data.status).toBe('succeeded');
  });

  it('begins anew for an id that it can not know, and refuses what is none', async () => {
    const unknown = await open('/studio/events', after('999999999999'));
    expect((await unknown.event('ready')).id).not.toBe('999999999999');

    for (const id of ['abc', '-1', '1.5', '1e3', '9'.repeat(16), '1 OR 1=1']) {
      const { status, code } = await refusal('/studio/events', after(id));
      expect([id, status, code]).toEqual([id, 400, 'studio.event_id_invalid']);
    }
    expect(await refusal('/studio/events?last_event_id=x')).toMatchObject({ status: 400 });
    expect(await refusal('/studio/events?last_event_id=1&last_event_id=2')).toMatchObject({ status: 422 });
    expect(await refusal('/studio/events?since=1')).toMatchObject({ status: 422 });
  });

  it('says to a HEAD request what it would be, and ends', async () => {
    const { id } = await startImages(client, { prompt: ENDLESS });
    for (const path of ['/studio/events', of(id)]) {
      const answer = await client.raw(`/api/v1${path}`, { method: 'HEAD' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^text\/event-stream/),
      ]);
    }
    expect((await client.raw(`/api/v1${of('01a2075f-1b95-7062-9f31-d87ab03ab2a3')}`, { method: 'HEAD' })).status).toBe(
      404,
    );
  });

  it('lets a user have ten streams, and another one when one is closed', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('/studio/events')));
    const { status, code, answer } = await refusal('/studio/events');
    expect([status, code]).toEqual([429, 'studio.too_many_streams']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const { client: other } = await createMember(server, admin, 0);
    await open('/studio/events', {}, other);

    streams[0]?.close();
    await until(() => open('/studio/events').catch(() => undefined));
  });

  it('says how long a waiting generation waits, as a rule', async () => {
    await makeImages(client);
    const [first, second, third] = [
      await startImages(client, { prompt: ENDLESS, count: 4 }),
      await startImages(client, { prompt: ENDLESS }),
      await startImages(client, { prompt: ENDLESS }),
    ];
    await untilGeneration(client, first.id, ({ status }) => status === 'running');
    // What images take is looked up now and then; it may have been while there was none.
    const waiting = await untilGeneration(
      client,
      third.id,
      ({ queue, expected_duration_ms }) => queue?.of === 2 && expected_duration_ms !== null,
      30_000,
    );
    expect(waiting.queue?.position).toBe(2);
    const stream = await open('/studio/events');
    await stream.event('generation.snapshot', third.id);
    await cancel(second.id);
    const moved = await stream.first(({ data }) => data.id === third.id && data.queue?.position === 1);
    expect(moved).toMatchObject({ event: 'generation.snapshot', data: { status: 'queued', queue: { of: 1 } } });
    // Some are made at a time, and the first in line begins with the next that is done.
    expect(moved.data.queue?.starts_in_ms).toBeGreaterThan(0);
    expect(moved.data.queue?.starts_in_ms).toBeLessThan(moved.data.expected_duration_ms!);
    await cancel(first.id);
    await cancel(third.id);
  });
});

describe('a stream ticket', () => {
  let server: Server;
  let admin: ApiClient;
  const ticketOf = async (client: ApiClient): Promise<string> => {
    const { status, body, headers } = await client.post<StreamTicket>('/studio/events/tickets');
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body.expires_in).toBeLessThanOrEqual(60);
    return body.ticket;
  };
  const ask = async (path: string) => {
    const answer = await anonymous(server).raw(path, { headers: { accept: 'application/json' } });
    const code = answer.status === 200 ? '' : ((await answer.json()) as { code: string }).code;
    if (answer.status === 200) await answer.body?.cancel();
    return [answer.status, code];
  };

  beforeAll(async () => {
    server = await startServer({ env: { LOG_LEVEL: 'debug' } });
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  it('opens both streams of its user without a header, and stays out of the logs', async () => {
    const { client } = await createMember(server, admin, 10);
    const ticket = await ticketOf(client);
    const { id } = await startImages(client, { prompt: ENDLESS });
    expect(await ask(`/api/v1/studio/events?ticket=${ticket}`)).toEqual([200, '']);
    expect(await ask(`/api/v1/studio/generations/${id}/events?ticket=${ticket}`)).toEqual([200, '']);
    expect((await ask(`/api/v1/studio/events?ticket=${ticket.slice(0, -3)}`))[0]).toBe(401);
    await server.waitForLog(/"path":"\/api\/v1\/studio\/events"/);
    expect(server.logs()).not.toContain('ticket=');
    expect(server.logs()).not.toContain(ticket.split('.')[2]);
  });

  it('is good for nothing else', async () => {
    const { client } = await createMember(server, admin, 10);
    const ticket = await ticketOf(client);
    const { id } = await makeImages(client);
    for (const path of [`studio/generations/${id}`, 'auth/me', 'credits/balance', 'studio/options']) {
      expect([path, ...(await ask(`/api/v1/${path}?ticket=${ticket}`))]).toEqual([path, 401, 'auth.required']);
      const asToken = await anonymous(server).raw(`/api/v1/${path}`, {
        headers: { authorization: `Bearer ${ticket}` },
      });
      expect([path, asToken.status]).toEqual([path, 401]);
    }
    const another = await anonymous(server).raw(`/api/v1/studio/events/tickets?ticket=${ticket}`, { method: 'POST' });
    expect(another.status).toBe(401);
  });

  it('is refused when it was changed, invented, doubled or made of an access token', async () => {
    const { client, email, password } = await createMember(server, admin, 10);
    const [ticket, { client: other }] = [await ticketOf(client), await createMember(server, admin, 10)];
    const [head, , signature] = ticket.split('.');
    const [, claims] = (await ticketOf(other)).split('.');
    const login = await anonymous(server).post<{ access_token: string }>('/auth/login', { email, password });
    for (const forged of [
      `${head}.${claims}.${signature}`,
      `${ticket}x`,
      'x',
      '',
      login.body.access_token,
      'a'.repeat(3_000),
    ]) {
      expect(await ask(`/api/v1/studio/events?ticket=${forged}`)).toEqual([401, 'auth.ticket_invalid']);
    }
    expect(await ask(`/api/v1/studio/events?ticket=${ticket}&ticket=${ticket}`)).toEqual([401, 'auth.ticket_invalid']);
    const refused = await anonymous(server).raw(`/api/v1/studio/events?ticket=${ticket}`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(refused.status).toBe(401);
  });

  it('dies with the session, and with the rights of its user', async () => {
    const member = await createMember(server, admin, 10);
    const login = await anonymous(server).raw('/api/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: member.email, password: member.password }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const bearer = { authorization: `Bearer ${token}` };
    const made = await anonymous(server).raw('/api/v1/studio/events/tickets', { method: 'POST', headers: bearer });
    const { ticket } = (await made.json()) as StreamTicket;
    expect(await ask(`/api/v1/studio/events?ticket=${ticket}`)).toEqual([200, '']);
    const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    await anonymous(server).raw('/api/v1/auth/logout', { method: 'POST', headers: { cookie } });
    expect((await ask(`/api/v1/studio/events?ticket=${ticket}`))[0]).toBe(401);

    const disabled = await createMember(server, admin, 10);
    const theirs = await ticketOf(disabled.client);
    await admin.patch(`/admin/users/${disabled.id}`, { status: 'disabled' });
    expect((await ask(`/api/v1/studio/events?ticket=${theirs}`))[0]).toBe(401);
  });
});

describe('a server that stops', () => {
  let server: Server;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(() => server.dispose());

  it('ends its streams at once, and the next one goes on where they ended', async () => {
    const admin = await signIn(server);
    const stream = await OpenStream.open(admin, '/studio/events');
    const { id } = await startImages(admin, { prompt: 'a mill [mock:delay=7000]' });
    const { id: lastId } = await stream.event('generation.started', id);

    const stopping = server.stop();
    await stream.ended;
    // Nobody is refused who comes back too soon: an EventSource would take it for good.
    const early = await OpenStream.open(admin, '/studio/events', { headers: { 'last-event-id': lastId } });
    await early.ended;
    expect(early.messages).toEqual([]);
    expect(server.process.isRunning).toBe(true);
    await stopping;
    server = await server.restart();

    const resumed = await OpenStream.open(admin, '/studio/events', { headers: { 'last-event-id': lastId } });
    const end = await resumed.event('generation.succeeded', id);
    expect(end.data).toMatchObject({ status: 'succeeded', credits: { charged: 1 } });
    expect(
      resumed.messages.filter(({ event, data }) => data.id === id && event === 'generation.succeeded'),
    ).toHaveLength(1);
    resumed.close();
  });

  it('loses nobody when it is killed in the middle of a generation', async () => {
    const admin = await signIn(server);
    const { id } = await startImages(admin, { prompt: 'a mill [mock:delay=6000]' });
    const stream = await OpenStream.open(admin, `/studio/generations/${id}/events`);
    await stream.event('generation.snapshot', id);
    await untilGeneration(admin, id, ({ status }) => status === 'running');
    await server.kill();
    await endLeases(server);
    await expect(stream.ended).rejects.toThrow();
    server = await server.restart();

    const resumed = await OpenStream.open(await signIn(server), `/studio/generations/${id}/events`, {
      headers: { 'last-event-id': stream.lastId },
    });
    await resumed.ended;
    expect(resumed.messages.at(-1)).toMatchObject({ event: 'generation.succeeded', data: { credits: { charged: 1 } } });
  });
});
