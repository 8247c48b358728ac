import type { ProblemCode } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, problemOf, signIn } from '../support/api-client.js';
import { makeImages } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { plainRequest } from '../support/plain-request.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { expectNothingMoved } from '../support/standing.js';

const LISTS = ['/studio/my-creations', '/gallery/images', '/credits/entries', '/admin/users'];
const BAD_QUERIES = [
  'limit=-1',
  'limit=0',
  'limit=101',
  'limit=abc',
  'limit=1.5',
  'limit=',
  'limit=1&limit=2',
  'surprise=1',
];
const UNKNOWN = '01a2075f-1b95-7062-9f31-d87ab03ab2a3';

const BAD_CURSORS: [list: string, cursor: string, code: ProblemCode][] = [
  ...['abc', '', '%00', 'x'.repeat(500)].flatMap((cursor): [string, string, ProblemCode][] => [
    ['/studio/my-creations', cursor, 'gallery.cursor_invalid'],
    ['/gallery/images', cursor, 'gallery.cursor_invalid'],
    ['/credits/entries', cursor, 'request.invalid'],
    ['/admin/users', cursor, 'request.invalid'],
  ]),
  ['/gallery/images', 'x'.repeat(501), 'request.invalid'],
  ['/gallery/images', Buffer.from(`1.${UNKNOWN}' OR 1=1`).toString('base64url'), 'gallery.cursor_invalid'],
  ['/credits/entries', '-1', 'request.invalid'],
  ['/credits/entries', '1.5', 'request.invalid'],
  ['/admin/users', Buffer.from('0').toString('base64url'), 'request.invalid'],
];

describe('a read that makes no sense', () => {
  let server: Server;
  let admin: ApiClient;
  let owner: Member;
  let stranger: Member;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    owner = await createMember(server, admin, 10);
    stranger = await createMember(server, admin, 10);
  });

  afterAll(() => server.dispose());

  it.each(LISTS.flatMap((list) => BAD_QUERIES.map((query) => [list, query])))(
    '%s?%s is refused',
    async (list, query) => {
      expectProblem(await admin.get(`${list}?${query}`), 422, 'request.invalid');
    },
  );

  it.each(['offset=-1', 'offset=abc', 'offset=1000001', 'tier=ultra', 'provider[]=a'])(
    'my creations with %s are refused',
    async (query) => {
      expectProblem(await admin.get(`/studio/my-creations?${query}`), 422, 'request.invalid');
    },
  );

  it.each(BAD_CURSORS)('%s is refused with the cursor "%s"', async (list, cursor, code) => {
    expectProblem(await admin.get(`${list}?cursor=${cursor}`), 422, code);
  });

  it.each(['1', 'abc', UNKNOWN.toUpperCase(), `${UNKNOWN}0`, `{${UNKNOWN}}`, '%00', "'%20OR%201=1"])(
    'the id %s is refused',
    async (id) => {
      for (const path of [`/gallery/images/${id}`, `/studio/generations/${id}`])
        expectProblem(await admin.get(path), 422, 'request.invalid');
      expectProblem(await admin.post(`/studio/generations/${id}/cancel`), 422, 'request.invalid');
    },
  );

  it.each(['0', '-1', '1.5', 'abc', '99999999999999999999'])('the user id %s is refused', async (id) => {
    expectProblem(await admin.patch(`/admin/users/${id}`, { name: 'X' }), 422, 'request.invalid');
  });

  it("somebody else's image or generation is not told apart from one that is not there", async () => {
    const generation = await makeImages(owner.client);
    const image = generation.images[0]!.id;
    await expectNothingMoved(owner.client, async () => {
      for (const [client, path, id, code] of [
        [stranger.client, '/gallery/images/', image, 'gallery.image_not_found'],
        [stranger.client, '/studio/generations/', generation.id, 'studio.generation_not_found'],
        // Nor for an administrator: pictures are private.
        [admin, '/gallery/images/', image, 'gallery.image_not_found'],
        [admin, '/studio/generations/', generation.id, 'studio.generation_not_found'],
      ] as const) {
        const foreign = expectProblem(await client.get(path + id), 404, code);
        const unknown = expectProblem(await client.get(path + UNKNOWN), 404, code);
        expect({ ...foreign, instance: '', request_id: '' }).toEqual({ ...unknown, instance: '', request_id: '' });
      }
      const cancel = await stranger.client.post(`/studio/generations/${generation.id}/cancel`);
      expectProblem(cancel, 404, 'studio.generation_not_found');
    });
  });

  it('an address that is not there is a problem like any other', async () => {
    expect(problemOf(await admin.get('/studio/nothing-here'))).toMatchObject({ code: 'route.not_found', status: 404 });
    expect(problemOf(await admin.delete('/credits/balance'))).toMatchObject({ code: 'route.not_found' });
  });

  it('headers as large as a book are refused, and the next request is answered', async () => {
    const refused = await plainRequest(server, { path: '/api/v1/auth/me', headers: { 'x-book': 'x'.repeat(20_000) } });
    expect(refused.status).toBe(431);
    const long = await plainRequest(server, {
      path: '/api/v1/auth/me',
      headers: { authorization: `Bearer ${'x'.repeat(8_000)}` },
    });
    expect(long.status).toBe(401);
    expect(JSON.parse(long.text)).toMatchObject({ code: 'auth.token_invalid' });
    expect((await admin.get('/auth/me')).status).toBe(200);
  });

  it('a request id that could forge a log line is replaced', async () => {
    const given = await admin.get('/auth/me', { headers: { 'x-request-id': 'from-a-proxy.1' } });
    expect(given.headers.get('x-request-id')).toBe('from-a-proxy.1');
    for (const hostile of ['a b', '{"level":60}', 'x'.repeat(65), '${jndi:ldap://x}']) {
      const answer = await admin.get('/auth/me', { headers: { 'x-request-id': hostile } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
