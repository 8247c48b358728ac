import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import sharp from 'sharp';
import { type FakeS3, startFakeS3 } from '../../../test/fake-s3/index.ts';
import { until } from '../../../test/until.js';
import { ConfigModule, Configuration, readVariables } from '../../platform/config/index.js';
import { CryptoModule } from '../../platform/crypto/index.js';
import { ProblemFilter } from '../../platform/http/problem.filter.js';
import { Clock } from '../../platform/time/index.js';
import { newImageKey, thumbnailKey } from './image-keys.js';
import { ObjectStore } from './object-store.js';
import { SignedLinks } from './signed-links.js';
import { StorageModule } from './storage.module.js';
import { samplePng } from './testing/sample-images.js';

class SettableClock extends Clock {
  ms = Date.UTC(2026, 10, 23, 12, 0, 1);
  override now(): number {
    return this.ms;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe.each(['folder', 'bucket'])('GET /static/generated, with the images in a %s,', (place) => {
  let fake: FakeS3;
  let dataDir: string;
  let app: INestApplication;
  let clock: SettableClock;
  let store: ObjectStore;
  let links: SignedLinks;
  let port: number;
  let png: Buffer;
  let key: string;

  beforeEach(async () => {
    dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'atelier-images-')));
    clock = new SettableClock();
    fake = await startFakeS3();
    const configuration = new Configuration(
      readVariables({ DATA_DIR: dataDir, ...(place === 'bucket' && fake.environment) }),
      'a master key of more than 32 bytes, for tests',
    );
    app = await NestFactory.create(
      { module: StorageModule, imports: [ConfigModule.with(configuration, clock), CryptoModule] },
      { logger: false },
    );
    app.useGlobalFilters(new ProblemFilter());
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as AddressInfo).port;
    store = app.get(ObjectStore);
    links = app.get(SignedLinks);
    png = await samplePng(900, 600);
    key = newImageKey(7, clock.ms, 'png');
    await store.put(key, png);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
    await fake.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Sends the path as it is written; `fetch` would tidy it up first. */
  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
        buffer(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        );
      });
      sent.on('error', reject).end();
    });
  }

  const codeOf = ({ body }: Answer): unknown => JSON.parse(body.toString()).code;

  test('sends the image with headers that let a browser show it and nothing else', async () => {
    const { status, headers, body } = await get(links.linksOf(key).original);

    expect(status).toBe(200);
    expect(body.equals(png)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': `inline; filename="${key.slice(key.lastIndexOf('/') + 1)}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=299, immutable',
      'accept-ranges': 'bytes',
    });
  });

  test('asks the browser to save the file when the caller wants that', async () => {
    const { status, headers } = await get(`${links.linksOf(key).original}&download=1`);

    expect(status).toBe(200);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="user-7-[0-9a-f]{12}\.png"$/);
  });

  test('makes the thumbnails that nobody has made yet, once for all who ask', async () => {
    const { thumbnails } = links.linksOf(key);
    const put = jest.spyOn(store, 'put');
    const answers = await Promise.all([get(thumbnails[256]), get(thumbnails[512]), get(thumbnails[256])]);

    expect(answers.map(({ status, headers }) => [status, headers['content-type']])).toEqual(
      Array.from({ length: 3 }, () => [200, 'image/webp']),
    );
    const sizes = await Promise.all(answers.map(async ({ body }) => (await sharp(body).metadata()).height));
    expect(sizes).toEqual([256, 512, 256]);
    expect(put).toHaveBeenCalledTimes(2);
    expect((await get(thumbnails[256])).body.equals(answers[0].body)).toBe(true);
  });

  test('answers HEAD like GET, without a body and without reading the image', async () => {
    const read = jest.spyOn(store, 'get');
    const { status, headers, body } = await get(links.linksOf(key).original, {}, 'HEAD');

    expect(status).toBe(200);
    expect(headers['content-length']).toBe(String(png.length));
    expect(headers['etag']).toBeDefined();
    expect(body).toHaveLength(0);
    expect(read).not.toHaveBeenCalled();
    expect((await get(`/${key}`, {}, 'HEAD')).status).toBe(403);
  });

  test('sends the part that was asked for, of images and of thumbnails', async () => {
    const { original, thumbnails } = links.linksOf(key);
    const whole = { [original]: png, [thumbnails[256]]: (await get(thumbnails[256])).body };
    for (const [link, bytes] of Object.entries(whole)) {
      const part = await get(link, { Range: 'bytes=10-19' });
      expect(part.status).toBe(206);
      expect(part.headers['content-range']).toBe(`bytes 10-19/${bytes.length}`);
      expect(part.headers['content-length']).toBe('10');
      expect(part.body.equals(bytes.subarray(10, 20))).toBe(true);

      const beyond = await get(link, { Range: `bytes=${bytes.length}-` });
      expect(beyond.status).toBe(416);
      expect(beyond.headers['content-range']).toBe(`bytes */${bytes.length}`);
      expect(beyond.body).toHaveLength(0);
    }
    const etag = String((await get(original)).headers['etag']);
    expect((await get(original, { Range: 'bytes=0-9', 'If-Range': etag })).status).toBe(206);
    expect((await get(original, { Range: 'bytes=0-9', 'If-Range': '"other"' })).status).toBe(200);
  });

  test('says "not modified" only to those who hold a good link', async () => {
    const { original } = links.linksOf(key);
    const etag = String((await get(original)).headers['etag']);

    for (const tag of [etag, `"other", W/${etag}`, '*']) {
      const unchanged = await get(original, { 'If-None-Match': tag });
      expect(unchanged.status).toBe(304);
      expect(unchanged.body).toHaveLength(0);
      expect(unchanged.headers['cache-control']).toBe('private, max-age=299, immutable');
    }
    expect((await get(original, { 'If-None-Match': '"other"' })).status).toBe(200);
    expect((await get(`/${key}`, { 'If-None-Match': etag })).status).toBe(403);
    clock.ms += 300_000;
    expect((await get(original, { 'If-None-Match': etag })).status).toBe(403);
  });

  test('answers in kind when the link is bad, too old, or leads to nothing', async () => {
    const { original } = links.linksOf(key);
    const foreign = newImageKey(8, clock.ms, 'png');
    await store.put(foreign, await samplePng(16, 16));

    const unsigned = await get(`/${foreign}?${original.split('?')[1]}`);
    expect([unsigned.status, codeOf(unsigned)]).toEqual([403, 'storage.link_invalid']);
    expect(unsigned.headers['content-type']).toMatch('application/problem+json');

    const absent = newImageKey(7, clock.ms, 'png');
    for (const link of [links.linksOf(absent).original, links.linksOf(absent).thumbnails[256]]) {
      const missing = await get(link);
      expect([missing.status, codeOf(missing)]).toEqual([404, 'storage.object_not_found']);
      expect(missing.headers['cache-control'] ?? '').not.toMatch('max-age');
    }

    clock.ms += 300_000;
    const expired = await get(original);
    expect([expired.status, codeOf(expired)]).toEqual([403, 'storage.link_expired']);
  });

  test('gives away nothing to those who try other paths', async () => {
    const query = links.linksOf(key).original.split('?')[1] ?? '';
    const name = key.slice(key.lastIndexOf('/') + 1);
    await get(links.linksOf(key).thumbnails[256]);
    for (const path of [
      `/static/generated/2026/11/23/..%2f23%2f${name}`,
      `/static/generated/2026/11/23/%2e%2e/${name}`,
      `/static/generated/2026/11/%2e%2e/${name}`,
      `/static/generated/%2e%2e/%2e%2e/%2e%2e/secret.key`,
      `/static/generated/../../secret.key`,
      `/static/generated/2026/11/23/..%5c${name}`,
      `/static/generated/2026/11/23/${name}%00.png`,
      `/static/generated/2026/11/23/%2fetc%2fpasswd`,
      `/static/generated/2026/11/23/${name}/`,
      `/static/generated/2026/11/23/${name.toUpperCase()}`,
      `/${thumbnailKey(key, 256)}`,
      `/static/generated/2026/11/23/`,
      `/static/generated/`,
      `//static/generated/2026/11/23/${name}`,
      `/static/generated/2026/11/23/%zz`,
    ]) {
      for (const suffix of ['', `?${query}`]) {
        const { status, body } = await get(path + suffix);
        // One trailing slash names the same image, which the signature then opens.
        if (path.endsWith(`${name}/`) && suffix !== '') continue;
        expect({ path, isRefused: [400, 403, 404].includes(status) }).toEqual({ path, isRefused: true });
        expect(body.includes('IHDR')).toBe(false);
      }
    }
  });

  test('survives clients that go away, and closes the file they were reading', async () => {
    const large = newImageKey(7, clock.ms, 'png');
    await store.put(large, Buffer.alloc(30_000_000, 1));
    const path = links.linksOf(large).original;
    const goneAway = Array.from(
      { length: 20 },
      (_, index) =>
        new Promise<void>((resolve) => {
          const sent = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
            response.once('data', () => {
              response.destroy();
              resolve();
            });
          });
          sent.on('error', () => resolve());
          sent.end();
          // Some don't even wait for the first byte.
          if (index % 3 === 0) sent.once('socket', (socket) => socket.once('connect', () => sent.destroy()));
        }),
    );
    await Promise.all(goneAway);

    expect((await get(path)).body).toHaveLength(30_000_000);
    await until(() => !isFileOpenUnder(join(dataDir, 'static')) && fake.underWay === 0);
  });

  test('survives a client that goes away in the moment in which the image is opened', async () => {
    const link = links.linksOf(key).original;
    const open = store.get.bind(store);
    const closed: Promise<unknown>[] = [];
    jest.spyOn(store, 'get').mockImplementationOnce(async (from, range, leaving) => {
      sent.destroy();
      await until(() => leaving?.aborted === true);
      // Opened a moment before the signal, as it were: what is read is torn down by it, after it has been handed over.
      const body = await open(from, range);
      closed.push(new Promise((resolve) => body.stream.once('close', resolve)));
      body.stream.destroy(new Error('The operation was aborted'));
      return body;
    });
    const sent = request({ host: '127.0.0.1', port, path: link, agent: false });
    sent.on('error', () => undefined).end();
    await until(() => closed.length > 0);
    await Promise.all(closed);

    expect((await get(link)).status).toBe(200);
  });

  test('asks the store once for a whole image', async () => {
    const [stat, open] = [jest.spyOn(store, 'stat'), jest.spyOn(store, 'get')];
    await get(links.linksOf(key).original);

    expect([stat, open].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  });

  test('breaks the connection when the store fails half-way, and goes on serving', async () => {
    const link = links.linksOf(key).original;
    const open = store.get.bind(store);
    jest.spyOn(store, 'get').mockImplementationOnce(async (...args) => {
      const body = await open(...args);
      process.nextTick(() => body.stream.destroy(new Error('EIO')));
      return body;
    });

    await expect(get(link)).rejects.toThrow();
    expect((await get(link)).status).toBe(200);
  });

  if (place === 'folder') return;

  const DOWNLOADS = { whole: {}, part: { Range: 'bytes=5-' }, condition: { 'If-None-Match': '"other"' } };

  test.each([
    ['hang', 'whole'],
    ['hang', 'part'],
    ['hang', 'condition'],
    ['stalled', 'whole'],
    ['stalled', 'part'],
    ['slow', 'whole'],
  ] as const)('leaves no connection behind when a client goes away while the bucket is %s (%s)', async (mode, kind) => {
    const before = fake.requests.length;
    fake.setFault({ mode, delayMs: 100 });
    const sent = request({
      ...{ host: '127.0.0.1', port, agent: false },
      path: links.linksOf(key).original,
      headers: DOWNLOADS[kind],
    });
    const isOver = new Promise((resolve) => sent.once('close', resolve));
    sent.on('error', () => undefined).end();
    await until(() => fake.requests.length > before);
    sent.destroy();
    await isOver;

    await until(() => fake.underWay === 0);
    fake.setFault(undefined);
    expect((await get(links.linksOf(key).original)).body.equals(png)).toBe(true);
  });

  test.each(['corrupted', 'cut_off'] as const)('never sends all of an image that comes %s', async (mode) => {
    fake.setFault({ mode, methods: ['GET'] });
    await expect(get(links.linksOf(key).original)).rejects.toThrow();

    const thumbnail = await get(links.linksOf(key).thumbnails[256]);
    expect([thumbnail.status, codeOf(thumbnail)]).toEqual([503, 'storage.unavailable']);
  });

  test('says that images can not be read while the bucket refuses, and names no key of it', async () => {
    fake.setFault({ mode: 'expired' });
    for (const link of [links.linksOf(key).original, links.linksOf(key).thumbnails[512]]) {
      const refused = await get(link);
      expect([refused.status, codeOf(refused)]).toEqual([503, 'storage.unavailable']);
      expect(refused.headers['retry-after']).toBe('5');
      expect(refused.body.toString()).not.toMatch(/s3|bucket|token|AKIA|atelier-images/i);
    }
  });
});

function isFileOpenUnder(folder: string): boolean {
  if (process.platform !== 'linux') return false;
  return execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' }).includes(folder);
}
