import { readdirSync } from 'node:fs';
import type { Image } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { signedLink } from '../support/forgery.js';
import { makeImage } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { plainRequest } from '../support/plain-request.js';
import { type Server, startServer } from '../support/server.js';
import { expectNothingMoved } from '../support/standing.js';

describe('the link of an image', () => {
  let server: Server;
  let client: ApiClient;
  let mine: Image;
  let theirs: Image;

  const changed = (link: string, parameters: Record<string, string | null>): string => {
    const url = new URL(link, server.origin);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return url.pathname + url.search;
  };
  const parameter = (link: string, name: string): string => new URL(link, server.origin).searchParams.get(name)!;
  const expectRefused = async (path: string, statuses: number[], codes: string[], headers = {}): Promise<void> => {
    const answer = await expectNothingMoved(client, () => plainRequest(server, { path, headers }));
    expect(statuses).toContain(answer.status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = JSON.parse(answer.text) as { code: string; request_id: string };
    expect(codes).toContain(problem.code);
    expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  };
  const expectInvalid = (path: string, headers = {}) => expectRefused(path, [403], ['storage.link_invalid'], headers);

  beforeAll(async () => {
    server = await startServer();
    const admin = await signIn(server);
    ({ client } = await createMember(server, admin, 10));
    mine = await makeImage(client);
    theirs = await makeImage((await createMember(server, admin, 10)).client);
  });

  afterAll(() => server.dispose());

  it('opens the image for whoever has it, and for programs only as an image', async () => {
    const { headers } = await download(server, mine.image_url);
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="user-\d+-[0-9a-f]{12}\.png"$/);
    expect(headers.get('cache-control')).toMatch(/^private, max-age=([1-9]\d{0,2}), immutable$/);
    const saved = await download(server, changed(mine.image_url, { download: '1' }));
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment; /);
  });

  it('works for HEAD, ranges and caches', async () => {
    const open = (init: RequestInit) => anonymous(server).raw(mine.image_url, init);
    const head = await open({ method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(mine.bytes)]);
    const part = await open({ headers: { range: 'bytes=0-7' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
    expect((await open({ headers: { range: `bytes=${mine.bytes}-` } })).status).toBe(416);
    expect((await open({ headers: { 'if-none-match': head.headers.get('etag')! } })).status).toBe(304);
  });

  it('does not open with a signature that is changed, missing, repeated or of another kind', async () => {
    const signature = parameter(mine.image_url, 'signature');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const forged of [
      flipped,
      '',
      null,
      signature.toLowerCase(),
      `${signature}=`,
      signature.slice(1),
      '0'.repeat(43),
    ])
      await expectInvalid(changed(mine.image_url, { signature: forged }));
    await expectInvalid(`${mine.image_url}&signature=${signature}`);
    await expectInvalid(changed(mine.image_url, { signature: null, 'signature[]': signature }));
    await expectInvalid(mine.image_url.split('?')[0]!);
  });

  it('does not open with another expiry', async () => {
    const expires = Number(parameter(mine.image_url, 'expires'));
    for (const other of [`${expires + 150}`, `${expires}0`, `-${expires}`, `${expires}.0`, 'never', '', null, '1e12'])
      await expectInvalid(changed(mine.image_url, { expires: other }));
  });

  it('does not open after its expiry, though it is genuine', async () => {
    const inAMinute = Math.floor(Date.now() / 1_000) + 60;
    await download(server, signedLink(server, mine.image_url, inAMinute));
    const aMinuteAgo = inAMinute - 120;
    for (const link of [mine.image_url, mine.thumbnail_urls['256']])
      await expectRefused(signedLink(server, link, aMinuteAgo), [403], ['storage.link_expired']);
  });

  it('expires within five minutes', () => {
    const seconds = Number(parameter(mine.image_url, 'expires')) - Date.now() / 1_000;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
  });

  it('does not open another image, nor another size of the same', async () => {
    const theirPath = theirs.image_url.split('?')[0]!;
    await expectInvalid(`${theirPath}?${mine.image_url.split('?')[1]!}`);
    await expectInvalid(changed(mine.image_url, { size: '256' }));
    await expectInvalid(changed(mine.thumbnail_urls['256'], { size: '512' }));
    await expectInvalid(changed(mine.thumbnail_urls['256'], { size: null }));
    await expectInvalid(changed(mine.thumbnail_urls['256'], { size: '1024' }));
    await expectInvalid(mine.image_url.replace('.png?', '-256.webp?'));
    await expectInvalid(mine.image_url.replace('.png?', '.webp?'));
  });

  it('tells a stranger nothing, not even that the image is unchanged', async () => {
    const path = mine.image_url.split('?')[0]!;
    await expectInvalid(path, { 'if-none-match': '*' });
    await expectInvalid(path, { range: 'bytes=0-0' });
    const head = await plainRequest(server, { method: 'HEAD', path });
    expect([head.status, head.headers.get('etag')]).toEqual([403, null]);
  });

  it.each([
    '../../../../secret.key',
    '..%2f..%2f..%2f..%2fsecret.key',
    '%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.key',
    '%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.key',
    '..%5c..%5c..%5c..%5csecret.key',
    '..%c0%af..%c0%afsecret.key',
    '..%252f..%252fsecret.key',
    'user-1-0123456789ab.png%00',
    'user-1-0123456789ab.png%00.png',
    '%00',
    '%ff',
    'file:%2f%2f%2fetc%2fpasswd',
    `${'a'.repeat(4_096)}.png`,
  ])('never leads out of the images: %s', async (name) => {
    const folder = mine.image_url.slice(0, mine.image_url.lastIndexOf('/'));
    const query = mine.image_url.split('?')[1]!;
    const codes = ['storage.link_invalid', 'route.not_found', 'request.malformed'];
    for (const path of [
      `${folder}/${name}`,
      `${folder}/${name}?${query}`,
      `/static/${name}`,
      `/static/generated/${name}`,
    ])
      await expectRefused(path, [400, 403, 404], codes);
  });

  it('is the only way to the files', async () => {
    const folder = mine.image_url.split('?')[0]!.split('/').slice(0, -1);
    for (let depth = 2; depth <= folder.length; depth += 1) {
      const path = folder.slice(0, depth).join('/');
      for (const variant of [path, `${path}/`])
        await expectRefused(variant, [403, 404], ['route.not_found', 'storage.link_invalid']);
    }
    for (const file of readdirSync(server.dataDir)) {
      const answer = await plainRequest(server, { path: `/static/${encodeURIComponent(file)}` });
      expect(answer.status).toBe(404);
    }
  });
});
