import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { newImageKey, thumbnailKey } from '../image-keys.js';
import { ObjectExistsError, type ObjectStore } from '../object-store.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function* pieces(...parts: (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

/** What every store owes to those who use the port. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    let key: string;
    beforeEach(async () => {
      store = await open();
      key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    });

    const read = async (from: string): Promise<Buffer> => buffer((await store.get(from)).stream);

    test('gives back what was put, from memory and from a stream', async () => {
      const content = randomBytes(3 * 1024 * 1024 + 5);
      const streamed = thumbnailKey(key, 256);

      const expected = { sha256: sha256(content), bytes: content.length };
      await expect(store.put(key, content)).resolves.toEqual(expected);
      await expect(store.put(streamed, pieces(content.subarray(0, 7), content.subarray(7)))).resolves.toEqual(expected);

      expect((await read(key)).equals(content)).toBe(true);
      expect((await read(streamed)).equals(content)).toBe(true);
    });

    test('reads a whole object into the memory that it is given', async () => {
      const content = randomBytes(700_000);
      await store.put(key, content);
      const memory = Buffer.alloc(1_000_000);

      const bytes = await store.read(key, (size) => memory.subarray(0, size));

      expect(bytes.equals(content)).toBe(true);
      expect(bytes.buffer).toBe(memory.buffer);
      expect((await store.read(key)).equals(content)).toBe(true);
      await store.remove(key);
      await expect(store.read(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    });

    test('gives a part with the size of the whole', async () => {
      const content = randomBytes(1_000);
      await store.put(key, content);

      const { stream, bytes } = await store.get(key, { start: 990, end: 999 });

      expect(bytes).toBe(1_000);
      expect((await buffer(stream)).equals(content.subarray(990))).toBe(true);
      expect((await buffer((await store.get(key, { start: 0, end: 0 })).stream)).equals(content.subarray(0, 1))).toBe(
        true,
      );
    });

    test('says the size and the moment of writing', async () => {
      const before = Date.now();
      await store.put(key, Buffer.from('twelve bytes'));

      const { bytes, modifiedAtMs } = await store.stat(key);
      expect(bytes).toBe(12);
      expect(Math.abs(modifiedAtMs - before)).toBeLessThan(60_000);
    });

    test('never overwrites, and lets exactly one of many writers win', async () => {
      const contents = Array.from({ length: 8 }, () => randomBytes(300_000));
      const results = await Promise.allSettled(contents.map((content) => store.put(key, content)));

      const winners = contents.filter((_, index) => results[index]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ObjectExistsError);
      }
      expect((await read(key)).equals(winners[0] ?? Buffer.alloc(0))).toBe(true);
      await expect(store.put(key, Buffer.from('later'))).rejects.toThrow(ObjectExistsError);
      expect((await read(key)).equals(winners[0] ?? Buffer.alloc(0))).toBe(true);
    });

    test('removes, and does not mind when there is nothing to remove', async () => {
      await store.put(key, Buffer.from('content'));
      await store.remove(key);
      await store.remove(key);

      await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      await expect(store.put(key, Buffer.from('again'))).resolves.toMatchObject({ bytes: 5 });
    });

    test('lists the objects under a prefix, with their sizes and moments', async () => {
      const before = Date.now();
      const nextMonth = newImageKey(7, Date.UTC(2026, 11, 1), 'webp');
      const listed = async (prefix: string): Promise<string[]> => {
        const keys: string[] = [];
        for await (const object of store.list(prefix)) {
          expect(object.bytes).toBe(object.key.length);
          expect(Math.abs(object.modifiedAtMs - before)).toBeLessThan(60_000);
          keys.push(object.key);
        }
        return keys.sort();
      };
      expect(await listed('')).toEqual([]);
      const november = [key, thumbnailKey(key, 256)];
      for (const each of [...november, nextMonth]) await store.put(each, Buffer.alloc(each.length));

      expect(await listed('')).toEqual([...november, nextMonth].sort());
      expect(await listed('static/generated/2026/11/')).toEqual(november.sort());
      expect(await listed('static/generated/2026/1')).toEqual([...november, nextMonth].sort());
      expect(await listed(nextMonth.slice(0, -8))).toEqual([nextMonth]);
      expect(await listed('static/generated/2025/')).toEqual([]);
      expect(await listed('../')).toEqual([]);
      await store.remove(nextMonth);
      expect(await listed('static/generated/2026/12')).toEqual([]);
    });

    test('stops listing for somebody who has aborted', async () => {
      await store.put(key, Buffer.from('content'));
      const listing = async (): Promise<void> => {
        for await (const object of store.list('', AbortSignal.abort(new Error('too late')))) expect(object).toBeNull();
      };

      await expect(listing()).rejects.toThrow('too late');
    });

    test('leaves alone what is being written when it removes old drafts', async () => {
      async function* interrupted(): AsyncGenerator<Buffer> {
        yield Buffer.from('whole ');
        expect(await store.removeDrafts(Date.now() - 60_000, 10)).toEqual([]);
        yield Buffer.from('image');
      }

      await expect(store.put(key, interrupted())).resolves.toMatchObject({ bytes: 11 });
      expect((await read(key)).toString()).toBe('whole image');
    });

    test('shows nothing of content that breaks off or is aborted', async () => {
      await expect(store.put(key, pieces(randomBytes(100_000), new Error('broke off')))).rejects.toMatchObject({
        code: 'storage.unavailable',
      });
      await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });

      const abort = new AbortController();
      async function* abortedHalfWay(): AsyncGenerator<Buffer> {
        yield randomBytes(100_000);
        abort.abort(new Error('the lease was lost'));
        yield randomBytes(100_000);
      }
      await expect(store.put(key, abortedHalfWay(), abort.signal)).rejects.toThrow('the lease was lost');
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      await expect(store.put(key, Buffer.from('whole'))).resolves.toMatchObject({ bytes: 5 });
    });

    test('shows nothing before the proof of it, and nothing of what is not proven', async () => {
      const proof = Promise.withResolvers<undefined>();
      const putting = store.put(key, Buffer.from('content'), undefined, proof.promise);
      await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      proof.resolve(undefined);
      await expect(putting).resolves.toMatchObject({ bytes: 7 });
      expect((await read(key)).toString()).toBe('content');

      const other = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
      const refused = Promise.reject(new Error('no image'));
      await expect(store.put(other, Buffer.from('content'), undefined, refused)).rejects.toThrow('no image');
      await expect(store.stat(other)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      expect(await store.removeDrafts(Date.now() + 60_000, 10)).toEqual([]);
    });

    test('does no work for somebody who has aborted already', async () => {
      const aborted = AbortSignal.abort(new Error('too late'));

      await expect(store.put(key, Buffer.from('content'), aborted)).rejects.toThrow('too late');
      await expect(store.get(key, undefined, aborted)).rejects.toThrow('too late');
      await expect(store.stat(key, aborted)).rejects.toThrow('too late');
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    });

    test.each([
      'secret.key',
      '../secret.key',
      '/etc/passwd',
      'static/generated/2026/11/23/../../../../../etc/passwd',
      'static/generated/2026/11/23/..\\..\\user-7-0123456789ab.png',
      'static/generated/2026/11/23/%2e%2e/user-7-0123456789ab.png',
      'static/generated/2026/11/23/user-7-0123456789ab.png\0.png',
      'static/generated/2026/11/23/user-7-0123456789ab.png\n',
      'static/generated/2026/11/23/user-7-0123456789AB.png',
      'static/generated/2026/11/23/user-7-0123456789ab.svg',
      'static/generated/2026/13/23/user-7-0123456789ab.png',
      'static/generated/2026/11/23/user-0-0123456789ab.png',
      'static//generated/2026/11/23/user-7-0123456789ab.png',
      './static/generated/2026/11/23/user-7-0123456789ab.png',
      'static/generated/２026/11/23/user-7-0123456789ab.png',
      `static/generated/2026/11/23/${'a'.repeat(4_096)}.png`,
      '',
    ])('refuses the key %j', async (strange) => {
      await expect(store.put(strange, Buffer.from('content'))).rejects.toThrow(RangeError);
      await expect(store.get(strange)).rejects.toThrow(RangeError);
      await expect(store.read(strange)).rejects.toThrow(RangeError);
      await expect(store.stat(strange)).rejects.toThrow(RangeError);
      await expect(store.remove(strange)).rejects.toThrow(RangeError);
    });
  });
}
