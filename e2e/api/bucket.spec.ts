import type { Readiness } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeS3, startFakeS3 } from '../../backend/test/fake-s3/index.ts';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { makeImage } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { type Server, startServer } from '../support/server.js';
import { until } from '../support/until.js';

describe('a server that keeps its images in a bucket', () => {
  let bucket: FakeS3;
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  const ready = async () => {
    const response = await anonymous(server).raw('/health/ready');
    const { checks } = (await response.json()) as Readiness;
    return { status: response.status, checks };
  };

  beforeAll(async () => {
    bucket = await startFakeS3();
    server = await startServer({ env: bucket.environment });
    admin = await signIn(server);
    member = await createMember(server, admin, 20);
  });

  afterAll(async () => {
    await server.dispose();
    await bucket.close();
  });

  it('hands them out as from a folder: whole, in parts, unchanged, to be saved', async () => {
    const image = await makeImage(member.client);
    const key = new URL(image.image_url, server.origin).pathname.slice(1);
    const stored = bucket.bucket.contentOf(key)!;

    const whole = await download(server, image.image_url);
    expect(whole).toMatchObject({ bytes: stored.length, format: 'png' });
    expect((await download(server, image.thumbnail_urls[256])).format).toBe('webp');
    const client = anonymous(server);
    const part = await client.raw(image.image_url, { headers: { range: 'bytes=-100' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(stored.subarray(-100))).toBe(true);
    const head = await client.raw(image.image_url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(stored.length)]);
    const etag = whole.headers.get('etag')!;
    expect((await client.raw(image.image_url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const saved = await client.raw(`${image.image_url}&download=1`);
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment; filename="user-\d+-[0-9a-f]{12}\.png"$/);
    await saved.arrayBuffer();
    // Nothing leads past the signature: neither the plain path nor another image's.
    expect((await client.raw(`/${key}`)).status).toBe(403);
  });

  it('is not ready while the bucket refuses, and is again when it does not', async () => {
    const whole = await until(async () => {
      const now = await ready();
      return now.status === 200 ? now : undefined;
    });
    expect(whole.checks).toMatchObject({ database: 'ok', storage: 'ok', disk_space: 'ok' });

    bucket.setFault({ mode: 'expired' });
    const refused = await until(async () => {
      const now = await ready();
      return now.status === 503 && now.checks['storage'] === 'failed' ? now : undefined;
    });
    expect(refused.checks).toMatchObject({ database: 'ok', disk_space: 'ok' });

    bucket.setFault(undefined);
    await until(async () => ((await ready()).status === 200 ? true : undefined));
    await makeImage(member.client);
  });

  it('prints why, and never the keys of the bucket', () => {
    const { S3_SECRET_ACCESS_KEY = '', S3_ACCESS_KEY_ID = '' } = bucket.environment;
    expect(server.logs()).toContain('ExpiredToken');
    for (const secret of [S3_SECRET_ACCESS_KEY, S3_ACCESS_KEY_ID, 'AWS4-HMAC']) {
      expect(server.logs()).not.toContain(secret);
    }
    expect(server.logs()).not.toContain('Warning');
  });
});
