import { afterEach, describe, expect, test } from '@jest/globals';
import { type FakeS3, startFakeS3 } from '../../../../test/fake-s3/index.ts';
import { ENGINES, installations } from '../../../../test/installations.js';
import { newImageKey } from '../../storage/index.js';
import { OrphanFiles } from './orphan-files.js';
import { USER, imageOf, openStudio } from '../testing/open-studio.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each(ENGINES)('OrphanFiles in a bucket, on %s', (engine) => {
  const cleanUps: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const { prepare } = installations();

  async function open() {
    const fake = await startFakeS3({ pageSize: 2 });
    cleanUps.push(() => fake.close());
    const configuration = await prepare(engine, { environment: fake.environment });
    const studio = await openStudio((boot) => boot(configuration));
    cleanUps.push(() => studio.app.close());
    return { ...studio, fake, orphanFiles: studio.app.get(OrphanFiles) };
  }

  function write(fake: FakeS3, key: string, writtenAtMs: number): string {
    const facts = { key, sha256: undefined, contentType: 'image/png', metadata: {}, modifiedAtMs: writtenAtMs };
    fake.bucket.put(facts, Buffer.from('image'));
    return key;
  }

  test('removes old objects without an image that are found twice, and nothing else', async () => {
    const { fake, orphanFiles, clock, queue, submit, claim } = await open();
    const orphan = newImageKey(USER, clock.now(), 'png');
    const orphans = [orphan, orphan.replace('.png', '-256.webp'), orphan.replace('.png', '-512.webp')];
    for (const key of orphans) write(fake, key, clock.now() - DAY_MS);
    const item = await claim(await submit());
    const paid = write(fake, newImageKey(USER, clock.now(), 'png'), clock.now() - DAY_MS);
    expect(await queue.succeed(item, imageOf(item, clock, paid))).toBe(true);
    const fresh = write(fake, newImageKey(USER, clock.now(), 'png'), clock.now() - HOUR_MS);
    const foreign = write(fake, 'backups/yesterday.tar', clock.now() - DAY_MS);

    expect(await orphanFiles.sweep()).toEqual([]);
    clock.nowMs += HOUR_MS;
    expect((await orphanFiles.sweep()).sort()).toEqual([...orphans].sort());

    expect(fake.bucket.keys).toEqual([paid, fresh, foreign].sort());
  });

  test('removes nothing while the bucket can not be listed, and goes on when it can', async () => {
    const { fake, orphanFiles, clock } = await open();
    const orphan = write(fake, newImageKey(USER, clock.now(), 'png'), clock.now() - DAY_MS);
    await orphanFiles.sweep();
    clock.nowMs += HOUR_MS;

    fake.setFault({ mode: 'expired' });
    await expect(orphanFiles.sweep()).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(fake.bucket.keys).toEqual([orphan]);

    fake.setFault(undefined);
    expect(await orphanFiles.sweep()).toEqual([orphan]);
  });
});
