import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { startFakeS3 } from '../../test/fake-s3/index.ts';
import {
  addPerson,
  deliverImage,
  ENGINES,
  holdCredits,
  installations,
  type Place,
  PLACES,
} from '../../test/installations.js';
import { newImageKey, openObjectStore } from '../modules/storage/index.js';
import type { Configuration } from '../platform/config/index.js';
import { makeBackup } from './make-backup.js';
import { openSnapshot } from './open-snapshot.js';
import { restoreBackup } from './restore-backup.js';
import type { Row } from './snapshot.js';
import { isSound } from './verify.js';

const NOW = Date.UTC(2026, 10, 23);

async function contentsOf(configuration: Configuration): Promise<Record<string, Row[]>> {
  const snapshot = await openSnapshot(configuration);
  const contents: Record<string, Row[]> = {};
  for (const table of await snapshot.tables()) {
    contents[table] = [];
    for await (const row of snapshot.rows(table)) contents[table].push(row);
  }
  await snapshot.close();
  return contents;
}

async function seed(app: INestApplicationContext): Promise<string[]> {
  await addPerson(app, 7, 1_000_000);
  await addPerson(app, 8, 999_999_999_999);
  await holdCredits(app, 7, 5);
  return [await deliverImage(app, 7), await deliverImage(app, 8)];
}

async function imageOf(configuration: Configuration, key: string): Promise<Buffer> {
  return buffer((await (await openObjectStore(configuration)).get(key)).stream);
}

const KINDS = ENGINES.flatMap((engine) => PLACES.map((place) => ({ engine, place, name: `${engine} and a ${place}` })));
const PAIRS = KINDS.flatMap((from) => KINDS.map((to) => ({ from, to })));

describe('A backup', () => {
  const { prepare, start, newFolder } = installations();

  /** A backup of a seeded installation on SQLite. */
  async function backUpSeeded(place: Place = 'folder') {
    const configuration = await prepare('SQLite', { place });
    const app = await start(configuration);
    const keys = await seed(app);
    const folder = newFolder();
    await makeBackup(configuration, folder, NOW);
    return { configuration, app, keys, folder };
  }

  test.each(PAIRS)('of $from.name is restored into $to.name row by row and file by file', async ({ from, to }) => {
    const source = await prepare(from.engine, { place: from.place });
    const keys = await seed(await start(source));
    const folder = newFolder();
    if (from.place === 'folder') writeFileSync(join(source.dataDir, `${keys[0] ?? ''}.0123abcd.tmp`), 'half a file');

    const { manifest, damaged } = await makeBackup(source, folder, NOW);
    const target = await prepare(to.engine, { place: to.place });
    const report = await restoreBackup(target, folder);

    expect(manifest).toMatchObject({ files: { count: 2, bytes: 1_000 }, tables: { image: { rows: 2 } } });
    expect(damaged).toEqual([]);
    expect(report).toMatchObject({ audit: { accountsChecked: 2, entriesChecked: 7, mismatches: [] } });
    expect(report.images).toEqual({ checked: 2, problems: [], orphans: [] });
    expect(isSound(report)).toBe(true);
    const restored = await contentsOf(target);
    expect(restored).toEqual(await contentsOf(source));
    expect(restored['image']?.[0]).toMatchObject({ seed: Number.MAX_SAFE_INTEGER, enhanced_prompt: null });
    for (const key of keys) expect((await imageOf(target, key)).equals(await imageOf(source, key))).toBe(true);
    expect(existsSync(join(target.dataDir, 'static'))).toBe(to.place === 'folder');
    // The restored installation goes on working.
    await deliverImage(await start(target), 7);
  });

  test.each(KINDS)('of $name is one moment of it, whatever is written meanwhile', async ({ engine, place }) => {
    const source = await prepare(engine, { place });
    const app = await start(source);
    await seed(app);
    let isOver = false;
    let delivered = 0;
    const traffic = [7, 8].map(async (user) => {
      while (!isOver && delivered < 300) {
        await deliverImage(app, user);
        delivered += 1;
        // SQLite answers at once: without a pause nobody else would have a turn.
        await turn();
      }
    });
    while (delivered < 20) await turn();

    const before = delivered;
    const folder = newFolder();
    const { manifest } = await makeBackup(source, folder, NOW).finally(() => (isOver = true));
    const during = delivered - before;
    await Promise.all(traffic);

    expect(during).toBeGreaterThan(0);
    expect(manifest.tables['image']?.rows).toBeLessThan(delivered + 2);
    const report = await restoreBackup(await prepare(engine, { place }), folder);
    expect({ mismatches: report.audit.mismatches, problems: report.images.problems }).toEqual({
      mismatches: [],
      problems: [],
    });
    expect(report.images.checked).toBe(manifest.tables['image']?.rows);
  });

  test.each(ENGINES)('of %s holds every table that an entity describes', async (engine) => {
    const source = await prepare(engine);
    const app = await start(source);
    const { manifest } = await makeBackup(source, newFolder(), NOW);

    const described = app.get(DataSource).entityMetadatas.map(({ tableName }) => tableName);
    expect(Object.keys(manifest.tables).sort()).toEqual(described.sort());
  });

  test('holds no hash of a password in plain sight, and not the master key', async () => {
    const { folder, configuration } = await backUpSeeded();

    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = readFileSync(join(entry.parentPath, entry.name));
      expect(content.includes('argon2id')).toBe(false);
      expect(content.includes(configuration.secretKey)).toBe(false);
      expect(content.includes(Buffer.from([0x1f, 0x8b, 0x08])) && entry.name.endsWith('.enc')).toBe(false);
    }
  });

  test.each(PLACES)('with older rows than files tells which files nobody knows, in a %s', async (place) => {
    const { folder, configuration, app } = await backUpSeeded(place);
    const later = await deliverImage(app, 7);
    mkdirSync(dirname(join(folder, 'files', later)), { recursive: true });
    writeFileSync(join(folder, 'files', later), await imageOf(configuration, later));

    const report = await restoreBackup(await prepare('SQLite', { place }), folder);

    expect(report.images).toEqual({ checked: 2, problems: [], orphans: [later] });
    expect(isSound(report)).toBe(true);
  });

  test.each(PLACES)('with newer rows than files tells which paid images are not in the %s', async (place) => {
    const { folder, keys } = await backUpSeeded(place);
    const [gone = '', damaged = ''] = keys;
    rmSync(join(folder, 'files', gone));
    writeFileSync(join(folder, 'files', damaged), 'something else');

    const report = await restoreBackup(await prepare('SQLite', { place }), folder);

    expect(isSound(report)).toBe(false);
    const problems = report.images.problems.join('\n');
    expect(problems).toContain(`${gone} is missing`);
    expect(problems).toContain(`${damaged} is not the file that was recorded`);
    expect(report.images.problems).toHaveLength(2);
  });

  test('leaves out what the bucket itself holds for damaged, says so, and is restored without it', async () => {
    const fake = await startFakeS3();
    const configuration = await prepare('SQLite', { environment: fake.environment });
    const keys = await seed(await start(configuration));
    const content = fake.bucket.contentOf.bind(fake.bucket);
    fake.bucket.contentOf = (key) => (key === keys[0] ? Buffer.alloc(500) : content(key));
    const folder = newFolder();

    const { manifest, damaged } = await makeBackup(configuration, folder, NOW);
    const report = await restoreBackup(await prepare('SQLite', { place: 'bucket' }), folder);
    await fake.close();

    expect({ damaged, count: manifest.files.count }).toEqual({ damaged: [keys[0]], count: 1 });
    expect(report.images.problems.join()).toContain(`${keys[0] ?? ''} is missing`);
  });

  test('gets over a bucket that stumbles, and is not made from one that is gone', async () => {
    const fake = await startFakeS3();
    const configuration = await prepare('SQLite', { environment: fake.environment });
    await seed(await start(configuration));
    const folder = newFolder();
    for (const mode of ['cut_off', 'reset', 'corrupted'] as const) {
      fake.setFault({ mode, methods: ['GET'], times: 1 });
      const { manifest, damaged } = await makeBackup(configuration, `${folder}-${mode}`, NOW);
      expect({ count: manifest.files.count, damaged }).toEqual({ count: 2, damaged: [] });
    }
    fake.setFault({ mode: 'expired' });

    await expect(makeBackup(configuration, folder, NOW)).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(existsSync(folder)).toBe(false);
    await fake.close();
  });

  test('takes the images back out of a bucket when it can not be restored to its end', async () => {
    const { folder } = await backUpSeeded();
    const fake = await startFakeS3();
    const target = await prepare('SQLite', { environment: fake.environment });
    // The first upload succeeds, the one after it does not.
    const put = fake.bucket.put.bind(fake.bucket);
    fake.bucket.put = (facts, content) => {
      fake.setFault({ mode: 'expired', methods: ['PUT'] });
      return put(facts, content);
    };

    await expect(restoreBackup(target, folder)).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(fake.bucket.keys).toEqual([]);
    fake.bucket.put = put;
    fake.setFault(undefined);
    expect(isSound(await restoreBackup(target, folder))).toBe(true);
    await fake.close();
  });

  test.each(['first byte', 'middle', 'tag', 'cut off', 'gone', 'other table'])(
    'with a tampered table (%s) is refused and nothing is changed',
    async (where) => {
      const { folder } = await backUpSeeded();
      const file = join(folder, 'tables', 'ledger_entry.jsonl.gz.enc');
      const content = readFileSync(file);
      const flip = (index: number): Buffer => {
        content.writeUInt8(content.readUInt8(index) ^ 1, index);
        return content;
      };
      const tampered: Record<string, () => Buffer | undefined> = {
        'first byte': () => flip(0),
        middle: () => flip(content.length >> 1),
        tag: () => flip(content.length - 1),
        'cut off': () => content.subarray(0, 20),
        gone: () => undefined,
        'other table': () => readFileSync(join(folder, 'tables', 'credit_hold.jsonl.gz.enc')),
      };
      const written = tampered[where]?.();
      if (written) writeFileSync(file, written);
      else rmSync(file);
      const target = await prepare('SQLite');

      await expect(restoreBackup(target, folder)).rejects.toThrow(
        "The backup's table ledger_entry is damaged or was changed",
      );
      expect(existsSync(target.sqliteFile)).toBe(false);
      expect(existsSync(join(target.dataDir, 'static'))).toBe(false);
    },
  );

  test('with a changed manifest, of another key, or that is none at all, is refused in one sentence', async () => {
    const { folder } = await backUpSeeded();
    const target = await prepare('SQLite');

    const stranger = await prepare('SQLite', { secretKey: 'another master key of more than 32 bytes' });
    await expect(restoreBackup(stranger, folder)).rejects.toThrow('made with another master key');
    await expect(restoreBackup(target, join(folder, 'tables'))).rejects.toThrow('is not a backup');
    const file = join(folder, 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"engine": "sqlite"', '"engine": "mysql"'));
    await expect(restoreBackup(target, folder)).rejects.toThrow('was changed after the backup was made');
    writeFileSync(file, 'nothing');
    await expect(restoreBackup(target, folder)).rejects.toThrow('is damaged');
  });

  test('never replaces a folder, and leaves nothing behind when it fails', async () => {
    const { folder, configuration } = await backUpSeeded();

    await expect(makeBackup(configuration, folder, NOW)).rejects.toThrow('exists already');
    await expect(makeBackup(await prepare('SQLite'), join(folder, 'new'), NOW)).rejects.toThrow('nothing to back up');
    const blocked = await prepare('SQLite');
    await start(blocked);
    mkdirSync(join(blocked.dataDir, 'static'));
    writeFileSync(join(blocked.dataDir, 'static', 'generated'), 'not a folder');
    await expect(makeBackup(blocked, join(dirname(folder), 'second'), NOW)).rejects.toMatchObject({
      cause: { code: 'ENOTDIR' },
    });
    expect(readdirSync(dirname(folder))).toEqual(['backup']);
    expect(readdirSync(folder).sort()).toEqual(['files', 'manifest.json', 'tables']);
  });

  test.each(ENGINES)('is not restored over rows on %s, over images, or past a running server', async (engine) => {
    const { folder, configuration, app } = await backUpSeeded();
    const used = await prepare(engine);
    const server = await start(used);
    await addPerson(server, 1, 5);
    await server.close();
    await expect(restoreBackup(used, folder)).rejects.toThrow('The database is not empty (there are rows in');
    expect(existsSync(join(used.dataDir, 'static'))).toBe(false);

    const bucket = await prepare(engine, { place: 'bucket' });
    await (await openObjectStore(bucket)).put(newImageKey(1, NOW, 'png'), Buffer.from('somebody’s image'));
    await expect(restoreBackup(bucket, folder)).rejects.toThrow('The bucket atelier-images has images already');

    await expect(restoreBackup(configuration, folder)).rejects.toThrow('has images already');
    rmSync(join(configuration.dataDir, 'static'), { recursive: true });
    await expect(restoreBackup(configuration, folder)).rejects.toThrow('Another Atelier process');
    await app.close();
  });
});
