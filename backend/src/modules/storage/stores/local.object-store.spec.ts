import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { newImageKey } from '../image-keys.js';
import { describeObjectStore } from '../testing/object-store.suite.js';
import { LocalObjectStore } from './local.object-store.js';

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'atelier-store-'));
  folders.push(path);
  return path;
}

function filesUnder(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

afterEach(() => {
  jest.restoreAllMocks();
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

describeObjectStore('LocalObjectStore', async () => new LocalObjectStore(folder()));

describe('LocalObjectStore', () => {
  let root: string;
  let store: LocalObjectStore;
  let key: string;
  beforeEach(() => {
    root = folder();
    store = new LocalObjectStore(root);
    key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
  });

  /** The class of file handles, which Node does not export, to make its methods fail. */
  async function fileHandles(): Promise<FileHandle> {
    const probe = await open(join(root, 'probe'), 'w');
    await probe.close();
    rmSync(join(root, 'probe'));
    return Object.getPrototypeOf(probe) as FileHandle;
  }

  async function listed(): Promise<string[]> {
    const keys: string[] = [];
    for await (const object of store.list('')) keys.push(object.key);
    return keys;
  }

  const failure = (code: string): Error => Object.assign(new Error(code), { code });

  test.each(['at once', 'in pieces'])('stores nothing when content that came %s reads differently', async (how) => {
    const handles = await fileHandles();
    const read = handles.read;
    jest.spyOn(handles, 'read').mockImplementation(async function (this: FileHandle, ...asked: unknown[]) {
      const result = (await Reflect.apply(read, this, asked)) as { bytesRead: number; buffer: Buffer };
      if (result.bytesRead > 0) result.buffer[result.bytesRead - 1]! ^= 1;
      return result;
    });
    async function* pieces(): AsyncGenerator<Buffer> {
      yield Buffer.from('con');
      yield Buffer.from('tent');
    }

    const putting = store.put(key, how === 'at once' ? Buffer.from('content') : pieces());

    await expect(putting).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(filesUnder(root)).toEqual([]);
  });

  test('keeps the files where their keys say', async () => {
    await store.put(key, Buffer.from('content'));

    expect(key).toMatch(/^static\/generated\/2026\/11\/23\/user-7-[0-9a-f]{12}\.png$/);
    expect(readdirSync(join(root, dirname(key)))).toEqual([key.slice(key.lastIndexOf('/') + 1)]);
  });

  test.each(['ENOSPC', 'EDQUOT'])('says that the storage is full on %s and leaves nothing behind', async (code) => {
    const handles = await fileHandles();
    jest.spyOn(handles, 'write').mockRejectedValueOnce(failure(code));

    await expect(store.put(key, Buffer.alloc(10_000))).rejects.toMatchObject({
      code: 'storage.full',
      kind: 'storage_full',
    });
    expect(filesUnder(root)).toEqual([]);
    await expect(store.put(key, Buffer.alloc(10_000))).resolves.toMatchObject({ bytes: 10_000 });
  });

  test.each(['EIO', 'EROFS', 'EACCES'])(
    'says that the storage is unavailable on %s and leaves nothing behind',
    async (code) => {
      const handles = await fileHandles();
      jest.spyOn(handles, 'sync').mockRejectedValueOnce(failure(code));

      await expect(store.put(key, Buffer.alloc(10_000))).rejects.toMatchObject({
        code: 'storage.unavailable',
        kind: 'unavailable',
        retryable: true,
      });
      expect(filesUnder(root)).toEqual([]);
    },
  );

  test('does not believe a disk that holds something else than was written', async () => {
    const handles = await fileHandles();
    jest.spyOn(handles, 'read').mockResolvedValueOnce({ bytesRead: 0, buffer: Buffer.alloc(0) });

    await expect(store.put(key, Buffer.alloc(10_000))).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(filesUnder(root)).toEqual([]);
  });

  test('shows an object only once it is on the disk', async () => {
    const handles = await fileHandles();
    const seen: string[][] = [];
    const sync = handles.sync;
    jest.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
      seen.push(filesUnder(root));
      return sync.call(this);
    });
    await store.put(key, Buffer.alloc(10_000));

    const name = key.slice(key.lastIndexOf('/') + 1);
    const whenFileIsSynced = seen.findIndex((names) => names.some((file) => file.endsWith('.tmp')));
    expect(whenFileIsSynced).toBeGreaterThanOrEqual(0);
    expect(seen[whenFileIsSynced]).not.toContain(name);
    // The folder is synced after the name is in it.
    expect(seen.at(-1)).toEqual([name]);
  });

  test('leaves a draft alone when the process ends before the proof is there, which is removed later', async () => {
    const handles = await fileHandles();
    const written = Promise.withResolvers<undefined>();
    const sync = handles.sync;
    jest.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
      await sync.call(this);
      if (filesUnder(root).length > 0) written.resolve(undefined);
    });
    // Neither kept nor broken: what is on the disk now is all that a process leaves that is killed.
    void store.put(key, Buffer.from('content'), undefined, new Promise(() => undefined));
    await written.promise;

    const [draft = ''] = filesUnder(root);
    expect(draft).toMatch(/\.png\.[0-9a-f]{8}\.tmp$/);
    expect(await listed()).toEqual([]);
    await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    expect(await store.removeDrafts(Date.now() - 60_000, 10)).toEqual([]);
    expect(await store.removeDrafts(Date.now() + 60_000, 10)).toEqual([`${dirname(key)}/${draft}`]);
    expect(filesUnder(root)).toEqual([]);
  });

  test('puts into a folder that was removed since', async () => {
    await store.put(key, Buffer.from('content'));
    rmSync(join(root, 'static'), { recursive: true });

    await expect(store.put(key, Buffer.from('again'))).resolves.toMatchObject({ bytes: 5 });
    expect(await listed()).toEqual([key]);
  });

  test('follows no link out of its root', async () => {
    const outside = folder();
    writeFileSync(join(outside, 'secret'), 'secret');
    const name = key.slice(key.lastIndexOf('/') + 1);
    mkdirSync(join(root, dirname(key)), { recursive: true });
    symlinkSync(join(outside, 'secret'), join(root, key));
    await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });

    rmSync(join(root, 'static'), { recursive: true });
    mkdirSync(join(root, 'static/generated/2026/11'), { recursive: true });
    writeFileSync(join(outside, name), 'secret');
    symlinkSync(outside, join(root, dirname(key)));
    await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    await expect(store.put(newImageKey(7, Date.UTC(2026, 10, 23), 'png'), Buffer.from('x'))).rejects.toMatchObject({
      code: 'storage.object_not_found',
    });
    await expect(store.remove(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    expect(readdirSync(outside).sort()).toEqual(['secret', name].sort());
  });

  test('lists its objects alone: no drafts, no links, nothing of others', async () => {
    const outside = folder();
    writeFileSync(join(outside, 'user-7-0123456789ab.png'), 'secret');
    await store.put(key, Buffer.from('content'));
    writeFileSync(join(root, `${key}.0123abcd.tmp`), 'draft');
    writeFileSync(join(root, dirname(key), 'notes.txt'), 'notes');
    symlinkSync(join(outside, 'user-7-0123456789ab.png'), join(root, dirname(key), 'user-7-0123456789ab.png'));
    symlinkSync(outside, join(root, 'static/generated/2026/11/24'));
    mkdirSync(join(root, 'static/generated/2026/11/25/user-7-0123456789ab.png'), { recursive: true });

    expect(await listed()).toEqual([key]);

    rmSync(join(root, 'static/generated/2026'), { recursive: true });
    mkdirSync(join(outside, '11/23'), { recursive: true });
    writeFileSync(join(outside, '11/23/user-7-0123456789ab.png'), 'secret');
    symlinkSync(outside, join(root, 'static/generated/2026'));
    expect(await listed()).toEqual([]);

    rmSync(join(root, 'static'), { recursive: true });
    mkdirSync(join(outside, 'generated/2026/11/23'), { recursive: true });
    writeFileSync(join(outside, 'generated/2026/11/23/user-7-0123456789ab.png'), 'secret');
    symlinkSync(outside, join(root, 'static'));
    expect(await listed()).toEqual([]);
  });

  test('removes its own old drafts, so many at a time, and nothing else', async () => {
    await store.put(key, Buffer.from('content'));
    const drafts = ['0123abcd', '1123abcd', '2123abcd'].map((random) => `${key}.${random}.tmp`);
    const others = [key, `${key}.tmp`, `${dirname(key)}/notes.0123abcd.tmp`];
    for (const file of [...drafts, ...others.slice(1)]) writeFileSync(join(root, file), 'draft');
    const young = drafts.pop() ?? '';
    for (const file of [...drafts, ...others]) utimesSync(join(root, file), 1_000, 1_000);

    const first = await store.removeDrafts(1_000_001, 1);
    expect(first).toHaveLength(1);
    expect([...first, ...(await store.removeDrafts(1_000_001, 10))].sort()).toEqual(drafts);

    const left = [...others, young].map((file) => file.slice(file.lastIndexOf('/') + 1));
    expect(filesUnder(root).sort()).toEqual(left.sort());
  });

  test('does not take a folder for an object', async () => {
    mkdirSync(join(root, key), { recursive: true });

    await expect(store.get(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
  });

  test('closes the file of a reader that goes away', async () => {
    await store.put(key, Buffer.alloc(5_000_000));
    const { stream } = await store.get(key);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.once('data', () => stream.destroy());

    await closed;
    expect(openFiles().filter((path) => path.startsWith(root))).toEqual([]);
  });
});

/** Files that this process holds open, where the system tells. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.split(' -> ')[1] ?? '');
}
