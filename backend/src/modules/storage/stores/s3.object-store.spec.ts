import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type FakeS3, type FakeS3Options, type FaultMode, startFakeS3 } from '../../../../test/fake-s3/index.ts';
import { until } from '../../../../test/until.js';
import { readVariables } from '../../../platform/config/index.js';
import { type S3Configuration, s3Configuration } from '../../../platform/config/s3-configuration.js';
import { newImageKey } from '../image-keys.js';
import { ObjectExistsError } from '../object-store.js';
import { describeObjectStore } from '../testing/object-store.suite.js';
import { S3_LIMITS, type S3Limits } from './s3-client.js';
import { S3ObjectStore } from './s3.object-store.js';

/** Only for how long somebody waits is for the test to decide. */
const ALL_BUT_TIMEOUTS = [
  ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
];

const fakes: FakeS3[] = [];

async function startFake(options?: FakeS3Options): Promise<FakeS3> {
  const fake = await startFakeS3(options);
  fakes.push(fake);
  return fake;
}

function configurationOf(fake: FakeS3, change: NodeJS.ProcessEnv = {}): S3Configuration {
  const configuration = s3Configuration(readVariables({ ...fake.environment, ...change }));
  if (!configuration) throw new Error('No bucket is configured');
  return configuration;
}

afterEach(async () => {
  jest.useRealTimers();
  for (const fake of fakes.splice(0)) await fake.close();
});

// Two keys a page, so that every listing of the suite has several.
describeObjectStore('S3ObjectStore', async () => S3ObjectStore.open(configurationOf(await startFake({ pageSize: 2 }))));

/** For a store that says nothing, so that nobody waits long for it; others have as much time as outside of tests. */
const HASTY: Partial<S3Limits> = { answerMs: 1_000, silenceMs: 500 };

/** So many attempts that one of them is quick enough even on a busy machine. */
const TENACIOUS: Partial<S3Limits> = { answerMs: 1_000, attempts: 10 };

describe('S3ObjectStore', () => {
  let fake: FakeS3;
  let store: S3ObjectStore;
  let key: string;
  let content: Buffer;
  beforeEach(async () => {
    fake = await startFake();
    await open();
    key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    content = randomBytes(400_000);
  });

  const open = async (limits?: Partial<S3Limits>): Promise<void> => {
    store = await S3ObjectStore.open(configurationOf(fake), limits);
  };
  const put = (): Promise<unknown> => store.put(key, content);
  const read = async (): Promise<Buffer> => buffer((await store.get(key)).stream);
  const methods = (): string[] => fake.requests.map(({ method }) => method);

  test('believes only what it has seen in the bucket: HEAD follows every PUT', async () => {
    await put();

    expect(methods()).toEqual(['PUT', 'HEAD']);
    expect(fake.bucket.factsOf(key)).toMatchObject({ key, bytes: 400_000, contentType: 'image/png' });
  });

  test.each<[FaultMode, string]>([
    ['internal_error', 'storage.unavailable'],
    ['slow_down', 'storage.unavailable'],
    ['expired', 'storage.unavailable'],
    ['full', 'storage.full'],
    ['hang', 'storage.unavailable'],
    ['reset', 'storage.unavailable'],
    ['lost_answer', 'storage.unavailable'],
    ['not_stored', 'storage.unavailable'],
    ['half_stored', 'storage.unavailable'],
    ['wrong_checksum', 'storage.unavailable'],
  ])('takes nothing for stored while the store has %s, and recovers', async (mode, code) => {
    fake.setFault({ mode });
    if (mode === 'hang') await open(HASTY);
    await expect(put()).rejects.toMatchObject({ code, retryable: true });
    expect(fake.requests.length).toBeLessThanOrEqual(8);

    fake.setFault(undefined);
    await open();
    key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    await expect(put()).resolves.toMatchObject({ bytes: content.length });
    expect((await read()).equals(content)).toBe(true);
  });

  test.each<FaultMode>(['internal_error', 'slow_down', 'reset', 'hang', 'slow'])(
    'gets over one %s by itself',
    async (mode) => {
      if (mode === 'hang') await open(TENACIOUS);
      fake.setFault({ mode, times: 1, delayMs: 100 });

      await expect(put()).resolves.toMatchObject({ bytes: content.length });
      fake.setFault({ mode, times: 1, delayMs: 100 });
      expect((await read()).equals(content)).toBe(true);
    },
  );

  test('knows its own object again when the answer to the upload was lost', async () => {
    fake.setFault({ mode: 'lost_answer', methods: ['PUT'], times: 1 });

    await expect(put()).resolves.toMatchObject({ bytes: content.length });

    expect(fake.requests.map(({ method, status }) => [method, status])).toEqual([
      ['PUT', undefined],
      ['PUT', 412],
      ['HEAD', 200],
    ]);
    // The same bytes under the same key are still another put.
    await expect(put()).rejects.toThrow(ObjectExistsError);
  });

  test('reads an object back where the store keeps no checksums', async () => {
    const { bucket } = fake;
    const remember = bucket.put.bind(bucket);
    bucket.put = (facts, bytes) => remember({ ...facts, sha256: undefined }, bytes);

    await expect(put()).resolves.toMatchObject({ bytes: content.length });
    expect(methods()).toEqual(['PUT', 'HEAD', 'GET']);

    bucket.put = (facts, bytes) => remember({ ...facts, sha256: undefined }, Buffer.alloc(bytes.length));
    key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    await expect(put()).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(bucket.has(key)).toBe(false);
  });

  test.each<FaultMode>(['corrupted', 'cut_off', 'stalled'])(
    'never hands out all of a download that is %s',
    async (mode) => {
      await put();
      if (mode === 'stalled') await open({ silenceMs: HASTY.silenceMs! });
      fake.setFault({ mode, methods: ['GET'] });
      const { stream, bytes } = await store.get(key);
      let received = 0;
      const reading = (async () => {
        for await (const chunk of stream as AsyncIterable<Buffer>) received += chunk.length;
      })();

      await expect(reading).rejects.toMatchObject({ code: 'storage.unavailable' });
      expect(received).toBeLessThan(bytes);
      await until(() => fake.underWay === 0);
    },
  );

  test('waits for a reader who is slower than the store may be', async () => {
    content = randomBytes(4_000_000);
    await put();
    jest.useFakeTimers({ doNotFake: ALL_BUT_TIMEOUTS });
    const { stream } = await store.get(key);
    const first = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
    stream.pause();
    await until(() => stream.readableLength >= stream.readableHighWaterMark);
    jest.advanceTimersByTime(S3_LIMITS.silenceMs * 2);
    jest.useRealTimers();

    expect(Buffer.concat([first, await buffer(stream)]).equals(content)).toBe(true);
  });

  test.each(['before the answer', 'in the middle', 'before the first byte'])(
    'closes the connection of a reader that goes away %s',
    async (when) => {
      content = randomBytes(8_000_000);
      await put();
      const abort = new AbortController();
      if (when === 'before the answer') {
        fake.setFault({ mode: 'hang' });
        const opening = store.get(key, undefined, abort.signal);
        await until(() => fake.requests.at(-1)?.method === 'GET');
        abort.abort(new Error('gone'));
        await expect(opening).rejects.toThrow('gone');
      } else {
        const { stream } = await store.get(key);
        if (when === 'in the middle') await new Promise((resolve) => stream.once('data', resolve));
        stream.destroy();
      }

      await until(() => fake.underWay === 0);
    },
  );

  test('uses its connections again', async () => {
    for (let count = 0; count < 10; count += 1) {
      key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
      content = randomBytes(3_000_000);
      await put();
      await read();
    }

    // Ten puts, ten looks and ten reads; a connection that is still being emptied may be joined by a few others.
    expect(fake.connectionsMade).toBeLessThanOrEqual(6);
  });

  test('stops at once for somebody who aborts while the store hangs', async () => {
    fake.setFault({ mode: 'hang' });
    const abort = new AbortController();
    const putting = store.put(key, content, abort.signal);
    await until(() => fake.requests.length > 0);
    abort.abort(new Error('the lease was lost'));

    await expect(putting).rejects.toThrow('the lease was lost');
    await until(() => fake.underWay === 0);
  });

  test('refuses content that is larger than any image, whatever memory there is', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      const chunk = Buffer.alloc(1024 * 1024);
      for (;;) yield chunk;
    }

    await expect(store.put(key, endless())).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(fake.requests).toEqual([]);
  });

  test('lists its own objects alone, and not its probe', async () => {
    await put();
    await store.check();
    fake.bucket.put({ ...fake.bucket.factsOf(key)!, key: 'backups/yesterday.tar' }, Buffer.from('x'));
    const keys: string[] = [];
    for await (const object of store.list('')) keys.push(object.key);

    expect(keys).toEqual([key]);
    expect(await store.removeDrafts()).toEqual([]);
  });

  test('sees whether the bucket can be written to', async () => {
    await store.check();
    await store.check();
    fake.setFault({ mode: 'expired' });
    await expect(store.check()).rejects.toMatchObject({ code: 'storage.unavailable' });
    fake.setFault({ mode: 'full' });
    await expect(store.check()).rejects.toMatchObject({ code: 'storage.full' });

    const elsewhere = await S3ObjectStore.open(configurationOf(fake, { S3_BUCKET: 'no-such-bucket' }));
    fake.setFault(undefined);
    await expect(elsewhere.check()).rejects.toMatchObject({ code: 'storage.unavailable' });
    await expect(elsewhere.get(key)).rejects.toMatchObject({ code: 'storage.unavailable' });
  });

  test('keeps its keys to itself when it fails', async () => {
    const secrets = { S3_ACCESS_KEY_ID: 'AKIAUNMISTAKABLE', S3_SECRET_ACCESS_KEY: 'an-unmistakable-secret' };
    const stranger = await S3ObjectStore.open(configurationOf(fake, secrets));
    const forger = await S3ObjectStore.open(
      configurationOf(fake, { S3_SECRET_ACCESS_KEY: secrets.S3_SECRET_ACCESS_KEY }),
    );
    for (const each of [stranger, forger]) {
      for (const attempt of [
        () => each.put(key, content),
        () => each.get(key),
        () => each.stat(key),
        () => each.check(),
      ]) {
        const error: unknown = await attempt().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ code: 'storage.unavailable' });
        const told = inspect(error, { depth: 20, showHidden: true });
        expect(told).toMatch(/InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|status 403/);
        for (const secret of [...Object.values(secrets), 'Credential=', 'Signature='])
          expect(told).not.toContain(secret);
      }
    }
    expect(fake.bucket.keys).toEqual([]);
  });

  test('waits for no store that is not there', async () => {
    await fake.close();

    await expect(put()).rejects.toMatchObject({ code: 'storage.unavailable' });
    await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.unavailable' });
  });
});
