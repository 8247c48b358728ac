import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IssuedApiKey, MyCreations } from '@atelier/contracts';
import OpenAI, { APIError } from 'openai';
import { type ApiClient, signIn } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';

/** Their models make no links any more, but their clients still ask for them. */
const LINKS = { response_format: 'url' } as const;

/** Requests of one program at a time; more are refused, and served a second later. */
const AT_ONCE = 3;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

describe('OpenAI’s own client', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer({ env: { CONCURRENCY_LIMIT_PRINCIPAL: String(AT_ONCE) } });
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  interface Program {
    openai: OpenAI;
    owner: ApiClient;
    /** Requests that the client has sent. */
    sent(): number;
    /** Answers to them that were no success. */
    refusals: { status: number; atMs: number; retryAfterS: number }[];
  }

  async function program(credits: number, options: { key?: string; scopes?: string[] } = {}): Promise<Program> {
    const { client: owner } = await createMember(server, admin, credits);
    const { body } = await owner.post<IssuedApiKey>('/api-keys', {
      name: 'A program',
      scopes: options.scopes ?? ['generate', 'images:read'],
    });
    let sent = 0;
    const refusals: Program['refusals'] = [];
    const openai = new OpenAI({
      apiKey: options.key ?? body.key,
      baseURL: `${server.origin}/v1`,
      fetch: async (input, init) => {
        sent += 1;
        const answer = await fetch(input, init);
        const { status, headers } = answer;
        if (!answer.ok) refusals.push({ status, atMs: Date.now(), retryAfterS: Number(headers.get('retry-after')) });
        return answer;
      },
    });
    return { openai, owner, sent: () => sent, refusals };
  }

  const failure = async (promise: Promise<unknown>): Promise<APIError> => {
    const error: unknown = await promise.then(
      () => new Error('It was answered'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof APIError) return error;
    throw error;
  };

  it('makes images with nothing but another address and key, and they are paid for and kept', async () => {
    const { openai, owner } = await program(10);
    const answer = await openai.images.generate({ model: 'standard', prompt: 'a harbour', n: 2, size: '1024x1024' });

    expect(answer.data).toHaveLength(2);
    for (const { b64_json: base64 = '', url } of answer.data ?? []) {
      const bytes = Buffer.from(base64, 'base64');
      expect([bytes.subarray(0, 4).equals(PNG), bytes.toString('base64') === base64, url]).toEqual([
        true,
        true,
        undefined,
      ]);
    }
    expect(answer).toMatchObject({ size: '1024x1024', output_format: 'png', usage: { credits: 2, total_tokens: 0 } });
    expect(Math.abs(answer.created - Date.now() / 1_000)).toBeLessThan(120);
    expect(await balanceOf(owner)).toMatchObject({ available: 8, held: 0, consumed: 2 });
    expect((await owner.get<MyCreations>('/studio/my-creations')).body.total).toBe(2);
  });

  it('is given links where it asks for them, and the cost in headers', async () => {
    const { openai } = await program(10);
    const { data, response } = await openai.images
      .generate({ prompt: 'a harbour', ...LINKS, safety_identifier: 'someone' })
      .withResponse();

    const [image] = data.data ?? [];
    const file = await fetch(image?.url ?? '');
    expect([file.status, file.headers.get('content-type'), image?.b64_json]).toEqual([200, 'image/png', undefined]);
    expect(response.headers.get('x-credits-charged')).toBe('1');
    expect(response.headers.get('x-credits-remaining')).toBe('9');
  });

  it('lists models, looks at one, and makes images with it', async () => {
    const { openai, owner } = await program(10);
    const models = [];
    for await (const model of openai.models.list()) models.push(model);

    expect(models.map(({ id }) => id).slice(0, 3)).toEqual(['standard', 'premium2', 'premium4']);
    const mock = models.find(({ owned_by: owner }) => owner === 'mock');
    expect(await openai.models.retrieve(mock?.id ?? '')).toEqual(mock);
    expect((await failure(openai.models.retrieve('dall-e-3'))).status).toBe(404);
    const answer = await openai.images.generate({ model: mock?.id ?? '', prompt: 'a harbour' });
    expect(answer.data).toHaveLength(1);
    expect((await owner.get<MyCreations>('/studio/my-creations')).body.images[0]?.provider).toBe('mock');
  });

  it('sends the same again under one Idempotency-Key, and is charged once', async () => {
    const { openai, owner } = await program(10);
    const send = () =>
      openai.images
        .generate({ prompt: 'a harbour', ...LINKS }, { headers: { 'Idempotency-Key': 'order-7' } })
        .withResponse();
    const answers = await Promise.all([send(), send(), send()]);

    expect(answers.filter(({ response }) => response.headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
    expect(await balanceOf(owner)).toMatchObject({ available: 9, consumed: 1 });
  });

  it('does not ask again when there is no credit, no right, or no such thing', async () => {
    const poor = await program(0);
    const stranger = await program(5, { key: 'sk-not-one-of-ours' });
    const reader = await program(5, { scopes: ['images:read'] });
    const asks: [Program, object, [status: number, type: string, code: string, param: string | null]][] = [
      [poor, {}, [402, 'insufficient_quota', 'insufficient_quota', null]],
      [stranger, {}, [401, 'invalid_request_error', 'invalid_api_key', null]],
      [reader, {}, [403, 'invalid_request_error', 'auth.api_key_scope', null]],
      [poor, { model: 'dall-e-3' }, [404, 'invalid_request_error', 'model_not_found', 'model']],
      [poor, { size: '7x7' }, [400, 'invalid_request_error', 'request.invalid', 'size']],
      [poor, { n: 100 }, [400, 'invalid_request_error', 'request.invalid', 'n']],
      [poor, { style: 'vivid' }, [400, 'invalid_request_error', 'unknown_parameter', 'style']],
      [poor, { background: 'transparent' }, [400, 'invalid_request_error', 'request.invalid', 'background']],
      [poor, { output_format: 'jpeg' }, [400, 'invalid_request_error', 'request.invalid', 'output_format']],
      [poor, { prompt: '' }, [400, 'invalid_request_error', 'request.invalid', 'prompt']],
    ];
    for (const [{ openai, sent }, change, [status, type, code, param]] of asks) {
      const before = sent();
      const error = await failure(openai.images.generate({ prompt: 'a harbour', ...change }));
      expect({ change, status: error.status, type: error.type, code: error.code, param: error.param }).toEqual({
        ...{ change, status, type, code, param },
      });
      expect([change, sent() - before]).toEqual([change, 1]);
      expect(error.requestID).toMatch(/.+/);
    }
  });

  it('is told of a refusal and of a failure, asks again only where it helps, and is never charged for either', async () => {
    const { openai, owner, sent } = await program(20);
    const asks: [directive: string, status: number, code: string, requests: number][] = [
      ['content_rejected', 400, 'moderation_blocked', 1],
      ['auth_failed', 502, 'provider.auth_failed', 1],
      ['quota_exhausted', 502, 'provider.quota_exhausted', 1],
      ['invalid_request', 502, 'provider.invalid_request', 1],
    ];
    for (const [directive, status, code, requests] of asks) {
      const before = sent();
      const prompt = `a harbour [mock:fail=${directive}]`;
      const error = await failure(openai.images.generate({ prompt, model: 'standard' }));
      expect([directive, error.status, error.code, sent() - before]).toEqual([directive, status, code, requests]);
    }
    expect(await balanceOf(owner)).toMatchObject({ available: 20, held: 0, consumed: 0 });
    await expectBooksInOrder(admin);
  });

  it.each([
    ['timeout', 504, 'provider.timeout'],
    ['bad_response', 502, 'provider.bad_response'],
  ])('asks as often as it is told to when trying again may help: %s', async (directive, status, code) => {
    const { openai, owner, refusals } = await program(20);
    const prompt = `a harbour [mock:fail=${directive}]`;
    const error = await failure(openai.images.generate({ prompt, model: 'mock/mock' }, { maxRetries: 1 }));
    expect([error.status, error.code, refusals.map((refusal) => refusal.status)]).toEqual([
      status,
      code,
      [status, status],
    ]);
    expect(await balanceOf(owner)).toMatchObject({ available: 20, held: 0, consumed: 0 });
  });

  it('waits as long as it is told to when it asks too much, then is served and charged once', async () => {
    const { openai, owner, refusals } = await program(20);
    const slowly = { prompt: 'a harbour [mock:delay=1500]', model: 'mock/mock', ...LINKS };
    const busy = Array.from({ length: AT_ONCE }, () => openai.images.generate(slowly, { maxRetries: 9 }));
    const late = openai.images.generate({ ...slowly, prompt: 'a harbour' }, { maxRetries: 9 });
    const answers = await Promise.all([...busy, late]);

    expect(answers.map(({ data }) => data?.length)).toEqual([1, 1, 1, 1]);
    expect(refusals.length).toBeGreaterThan(0);
    for (const [index, { status, atMs, retryAfterS }] of refusals.entries()) {
      expect([status, retryAfterS]).toEqual([429, 1]);
      const next = refusals[index + 1];
      // Timers may be a little early.
      if (next) expect(next.atMs - atMs).toBeGreaterThanOrEqual(retryAfterS * 1_000 - 20);
    }
    expect(await balanceOf(owner)).toMatchObject({ available: 16, held: 0, consumed: 4 });
  });

  it.each([
    ['GET', '/v1/nothing', 404, 'unknown_url'],
    ['GET', '/v1', 404, 'unknown_url'],
    ['POST', '/v1/images/edits', 404, 'unknown_url'],
  ])('%s %s is refused in its own words', async (method, path, status, code) => {
    const answer = await admin.raw(path, { method, headers: { accept: 'application/json' } });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.objectContaining({ code, param: null, type: 'invalid_request_error' }) },
    ]);
  });

  it('and so is a body that can not be read', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await admin.raw('/v1/images/generations', { method: 'POST', headers, body: '{"prompt":' });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.objectContaining({ code: 'request.malformed' }) },
    ]);
  });
});
