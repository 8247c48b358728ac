import { gzipSync } from 'node:zlib';
import type { GenerateRequest, ProblemCode } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { expectBooksInOrder, expectNothingMoved } from '../support/standing.js';

const GOOD = { prompt: 'a lighthouse', tier: 'standard' } satisfies Partial<GenerateRequest>;
const label = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'x']));
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Bodies that are refused with 422, and the field that is named; undefined removes a field. */
const INVALID: [what: string, body: unknown, path: string, code?: ProblemCode][] = [
  ['no prompt', { ...GOOD, prompt: undefined }, 'prompt'],
  ['an empty prompt', { ...GOOD, prompt: '' }, 'prompt'],
  ['a blank prompt', { ...GOOD, prompt: ' \n\t ' }, 'prompt'],
  ['a prompt of blanks of other scripts', { ...GOOD, prompt: '\u3000\u00a0\u2003' }, 'prompt'],
  ['a prompt of 8,001 characters', { ...GOOD, prompt: 'x'.repeat(8_001) }, 'prompt'],
  ['a bell in the prompt', { ...GOOD, prompt: 'a\u0007b' }, 'prompt'],
  ['NUL in the prompt', { ...GOOD, prompt: 'a\u0000b' }, 'prompt'],
  ['a C1 control character in the prompt', { ...GOOD, prompt: 'a\u0085b' }, 'prompt'],
  ['an escape sequence in the prompt', { ...GOOD, prompt: '\u001b[31mred' }, 'prompt'],
  ['half an emoji in the prompt', { ...GOOD, prompt: 'a\ud83d' }, 'prompt'],
  ['a number as prompt', { ...GOOD, prompt: 7 }, 'prompt'],
  ['null as prompt', { ...GOOD, prompt: null }, 'prompt'],
  ['a list as prompt', { ...GOOD, prompt: ['a'] }, 'prompt'],
  ['no tier', { ...GOOD, tier: undefined }, 'tier'],
  ['an unknown tier', { ...GOOD, tier: 'ultra' }, 'tier'],
  ['a tier in upper case', { ...GOOD, tier: 'STANDARD' }, 'tier'],
  ['an inherited name as tier', { ...GOOD, tier: 'constructor' }, 'tier'],
  ['an unknown provider', { ...GOOD, provider: 'nobody' }, 'provider', 'studio.provider_unknown'],
  ['an inherited name as provider', { ...GOOD, provider: 'constructor' }, 'provider', 'studio.provider_unknown'],
  ['a path as provider', { ...GOOD, provider: '../mock' }, 'provider'],
  ['no image', { ...GOOD, count: 0 }, 'count'],
  ['less than no image', { ...GOOD, count: -1 }, 'count'],
  ['one and a half images', { ...GOOD, count: 1.5 }, 'count'],
  ['nine images', { ...GOOD, count: 9 }, 'count'],
  ['a billion images', { ...GOOD, count: 1_000_000_000 }, 'count'],
  ['a count that is text', { ...GOOD, count: '2' }, 'count'],
  ['null as count', { ...GOOD, count: null }, 'count'],
  ['an enhance that is text', { ...GOOD, enhance: 'true' }, 'enhance'],
  ['both enhance and an enhanced prompt', { ...GOOD, enhance: true, enhanced_prompt: 'b' }, 'enhance'],
  ['a blank enhanced prompt', { ...GOOD, enhanced_prompt: ' ' }, 'enhanced_prompt'],
  ['an enhancer of nothing', { ...GOOD, enhancer: { key: 'mock', model: 'm' } }, 'enhancer'],
  ['an enhancer without a model', { ...GOOD, enhanced_prompt: 'b', enhancer: { key: 'mock' } }, 'enhancer.model'],
  ['an unknown aspect ratio', { ...GOOD, aspect_ratio: '5:4' }, 'aspect_ratio'],
  ['a negative seed', { ...GOOD, seed: -1 }, 'seed'],
  ['a seed beyond 32 bits', { ...GOOD, seed: 4_294_967_296 }, 'seed'],
  ['a broken seed', { ...GOOD, seed: 0.5 }, 'seed'],
  ['a label that is a number', { ...GOOD, metadata: { a: 1 } }, 'metadata.a'],
  ['a nested label', { ...GOOD, metadata: { a: { b: 'c' } } }, 'metadata.a'],
  ['too many labels', { ...GOOD, metadata: label(17) }, 'metadata'],
  ['a long label', { ...GOOD, metadata: { a: 'x'.repeat(201) } }, 'metadata.a'],
  ['a list of labels', { ...GOOD, metadata: ['a'] }, 'metadata'],
  ['an unknown field', { ...GOOD, style: 'noir' }, ''],
  ['the price', { ...GOOD, credits: 0 }, ''],
  ['the owner', { ...GOOD, user_id: 1 }, ''],
  ['a list', [GOOD], ''],
  ['an empty object', {}, 'prompt'],
];

/** Bodies as they are sent, and what they are refused with. */
const RAW: [what: string, contentType: string, body: string, status: number, code: ProblemCode][] = [
  ['half a JSON text', 'application/json', '{"prompt": "a', 400, 'request.malformed'],
  ['JSON text with a comment', 'application/json', '{"prompt": "a" /* */}', 400, 'request.malformed'],
  ['a JSON string', 'application/json', '"a"', 400, 'request.malformed'],
  ['JSON null', 'application/json', 'null', 400, 'request.malformed'],
  ['deeply nested lists', 'application/json', nested(100_000), 422, 'request.invalid'],
  [
    'a prompt of 1 MB',
    'application/json',
    JSON.stringify({ ...GOOD, prompt: 'x'.repeat(1_048_576) }),
    413,
    'request.too_large',
  ],
  ['10 MB of blanks', 'application/json', ' '.repeat(10_485_760), 413, 'request.too_large'],
  ['a form', 'application/x-www-form-urlencoded', 'prompt=a&tier=standard', 415, 'request.unsupported_media_type'],
  ['plain text', 'text/plain', JSON.stringify(GOOD), 415, 'request.unsupported_media_type'],
  ['XML', 'application/xml', '<prompt>a</prompt>', 415, 'request.unsupported_media_type'],
  [
    'JSON in an unknown charset',
    'application/json; charset=klingon',
    JSON.stringify(GOOD),
    415,
    'request.unsupported_media_type',
  ],
];

describe('a generate request that makes no sense', () => {
  let server: Server;
  let admin: ApiClient;
  let client: ApiClient;

  const send = (body: string, headers: Record<string, string>) =>
    expectNothingMoved(client, () => client.post('/studio/generate', body, { headers }));

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    ({ client } = await createMember(server, admin, 100));
  });

  afterAll(() => server.dispose());

  it.each(INVALID)('is refused for %s', async (_, body, path, code = 'request.invalid') => {
    const answer = await send(JSON.stringify(body), {});
    const { errors } = expectProblem(answer, 422, code);
    expect(errors?.map((error) => error.path)).toContain(path);
  });

  it.each(RAW)('is refused for %s', async (_, contentType, body, status, code) => {
    expectProblem(await send(body, { 'content-type': contentType }), status, code);
  });

  it('is refused without a body', async () => {
    const answer = await expectNothingMoved(client, () => client.post('/studio/generate'));
    expectProblem(answer, 422, 'request.invalid');
  });

  it('is refused for a prototype', async () => {
    for (const body of [
      '{"prompt":"a","tier":"standard","__proto__":{"count":8}}',
      '{"prompt":"a","tier":"standard","constructor":{"prototype":{"count":8}}}',
      '{"prompt":"a","tier":"standard","metadata":{"__proto__":{"a":"b"}}}',
    ]) {
      const answer = await send(body, {});
      expect([400, 422]).toContain(answer.status);
    }
  });

  it('is refused for a body that is packed to look small', async () => {
    const answer = await expectNothingMoved(client, () =>
      client.raw('/api/v1/studio/generate', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify({ ...GOOD, prompt: 'x'.repeat(50_000_000) })),
      }),
    );
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'request.too_large', charged: false });
  });

  it('leaves the enhancer alone too', async () => {
    for (const body of [{}, { prompt: '' }, { prompt: 'a', tier: 'standard' }, { prompt: 'a\u0000' }]) {
      const answer = await expectNothingMoved(client, () => client.post('/studio/enhance-prompt', body));
      expectProblem(answer, 422, 'request.invalid');
    }
  });

  it('leaves the books in order', async () => {
    await expectBooksInOrder(admin);
  });
});
