import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { GeneratedImage } from '../src/modules/gallery/image.entity.js';
import { newImageKey } from '../src/modules/storage/image-keys.js';
import { openObjectStore } from '../src/modules/storage/index.js';
import { ReadinessChecks } from '../src/platform/health/readiness-checks.js';
import { logOutput } from '../src/platform/http/log-output.js';
import { ENGINES, installations } from './installations.js';
import { CREDITS, startStudioApp } from './studio-app.js';
import { canMount, mountTmpfs, type Tmpfs } from './tmpfs.js';
import { until } from './until.js';

const MB = 1_000_000;
const ROOMY = 4_000 * MB;
/** Longer than any pause between two attempts, and than the free space is remembered. */
const LATER_MS = 120_000;

/** Left out only where nothing can be mounted; a build server has to be able to. */
const onRealDisks = canMount() ? describe : (_name: string, _specs: () => void) => undefined;

const mounts: Tmpfs[] = [];

function mounted(folder: string): Tmpfs {
  const tmpfs = mountTmpfs(folder, ROOMY);
  if (!tmpfs) throw new Error('What could be mounted a moment ago can not be now');
  mounts.push(tmpfs);
  return tmpfs;
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

onRealDisks('The local store on a disk that is really', () => {
  let root: string;
  afterEach(() => {
    for (const tmpfs of mounts.splice(0)) tmpfs.unmount();
    rmSync(root, { recursive: true });
  });

  async function open() {
    root = mkdtempSync(join(tmpdir(), 'atelier-disk-'));
    const disk = mounted(join(root, 'static'));
    const store = await openObjectStore({ dataDir: root, s3: undefined });
    const newKey = (): string => newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    const kept = newKey();
    await store.put(kept, Buffer.from('kept'));
    return { disk, store, newKey, kept };
  }

  test('full says so, shows nothing of what did not fit, and recovers with the space', async () => {
    const { disk, store, newKey, kept } = await open();
    const content = randomBytes(3 * MB);
    disk.leave(1 * MB);

    await expect(store.put(newKey(), content)).rejects.toMatchObject({ code: 'storage.full', kind: 'storage_full' });
    // Many at once, of which none may leave a part behind for the others to stumble over.
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => store.put(newKey(), content)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
    expect(filesUnder(root)).toEqual([kept.slice(kept.lastIndexOf('/') + 1)]);
    expect((await buffer((await store.get(kept)).stream)).toString()).toBe('kept');

    disk.leave(10 * MB);
    await expect(store.put(newKey(), content)).resolves.toMatchObject({ bytes: content.length });
    await store.check();
  });

  test('read-only says that it is unavailable, goes on reading, and recovers', async () => {
    const { disk, store, newKey, kept } = await open();
    disk.setReadOnly(true);

    await expect(store.put(newKey(), Buffer.from('new'))).rejects.toMatchObject({ code: 'storage.unavailable' });
    await expect(store.check()).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect((await buffer((await store.get(kept)).stream)).toString()).toBe('kept');

    disk.setReadOnly(false);
    await store.check();
    await expect(store.put(newKey(), Buffer.from('new'))).resolves.toMatchObject({ bytes: 3 });
  });
});

onRealDisks('The log on a volume that is really full', () => {
  test('stops nobody: lines wait for room, are lost when there are too many, and go on', () => {
    const root = mkdtempSync(join(tmpdir(), 'atelier-log-'));
    const disk = mounted(root);
    const file = join(root, 'log');
    const output = logOutput(file);
    const line = (number: number): string => `${number} ${'x'.repeat(1_000)}\n`;
    const written = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
    output.write('before\n');

    disk.leave(0);
    for (let number = 0; number < 3_000; number += 1) output.write(line(number));
    expect(written().length).toBeLessThan(10);
    // What is left of a process that ends says so as well.
    output.flushSync();

    disk.leave(10 * MB);
    output.write('after\n');
    output.write('and on\n');
    const lines = written();
    expect(lines[0]).toBe('before');
    // Whole and in their order, as many as there was room for in memory.
    const kept = lines.slice(1, -1);
    expect(kept.slice(0, 900)).toEqual(Array.from({ length: 900 }, (_, number) => line(number).trimEnd()));
    expect(kept.length).toBeLessThan(1_200);
    expect(lines.at(-1)).toBe('and on');

    output.destroy();
    for (const tmpfs of mounts.splice(0)) tmpfs.unmount();
    rmSync(root, { recursive: true });
  });
});

onRealDisks('A studio whose images are on a disk that fills up while it works', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    for (const tmpfs of mounts.splice(0)) tmpfs.unmount();
  });
  // Its data folders go last.
  const { prepare } = installations();

  test.each(ENGINES)('charges nothing, refuses new work, and recovers by itself, on %s', async (engine) => {
    const configuration = await prepare(engine);
    const folder = join(configuration.dataDir, 'static');
    const disk = mounted(folder);
    const studio = await startStudioApp(configuration);
    cleanUps.push(() => studio.app.close());
    // The next attempt is not before the test wants it.
    studio.stopTime();
    const member = await studio.join();
    const images = () => studio.app.get(DataSource).manager.count(GeneratedImage);

    // Taken while there was room; there is none for the image when it comes.
    const id = await member.submit();
    disk.leave(0.02 * MB);
    await until(async () => (await studio.item(id)).state === 'QUEUED' && (await studio.item(id)).attempts === 1);
    expect(filesUnder(folder)).toEqual([]);
    expect(await images()).toBe(0);
    expect(await member.balance()).toEqual({ available: CREDITS - 1, held: 1, consumed: 0 });

    studio.later(LATER_MS);
    await expect(member.submit()).rejects.toMatchObject({ code: 'storage.full', kind: 'storage_full' });
    const readiness = studio.app.get(ReadinessChecks, { strict: false });
    expect(await readiness.run()).toMatchObject({ checks: { disk_space: 'failed' } });
    await until(async () => (await studio.item(id)).state === 'QUEUED' && (await studio.item(id)).attempts === 2);
    expect(await member.balance()).toEqual({ available: CREDITS - 1, held: 1, consumed: 0 });

    disk.leave(ROOMY);
    studio.later(LATER_MS);
    expect(await member.finished(id)).toMatchObject({ status: 'succeeded' });
    expect(await member.finished(await member.submit())).toMatchObject({ status: 'succeeded' });
    expect((await readiness.run()).status).toBe('ok');
    expect(await images()).toBe(2);
    expect(await member.balance()).toEqual({ available: CREDITS - 2, held: 0, consumed: 2 });
    // Thumbnails are made when it is quiet, and one may be on its way.
    await until(() => !filesUnder(folder).some((name) => name.endsWith('.tmp')));
  });
});
