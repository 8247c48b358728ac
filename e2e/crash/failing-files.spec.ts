import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { isFinished, makeImages, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { IS_LONG_RUN } from '../support/run-length.js';
import { balanceOf } from '../support/standing.js';
import { until } from '../support/until.js';
import { audit } from './audit/audit.js';
import { CrashableServer } from './crashable-server.js';
import { SmallDisk } from './load/machine-troubles.js';

/** The steps of storing an image. Behind the last the file has its name, and nobody may count on it yet. */
const STEPS = [
  'image/open/before',
  'image/half-written',
  'image/sync/before',
  'image/link/before',
  'image/unlink/before',
  'folder/sync/before',
];

/** The folder for temporary files is full all the time, where one can be made so. */
describe('a disk that fails', () => {
  const full = SmallDisk.isPossible ? new SmallDisk(1) : undefined;
  let server: CrashableServer;
  let client: ApiClient;

  const failFiles = (at: string, times: number) => server.current.process.order('failFiles', { at, times });

  async function expectInOrder(): Promise<void> {
    const { violations, orphans } = await audit(server.installation, { isQuiescent: true });
    expect(violations).toEqual([]);
    // Left by those steps that come after the file has got its name.
    expect(orphans.length).toBeLessThanOrEqual(2);
  }

  beforeAll(async () => {
    full?.fill();
    server = await CrashableServer.start(databaseUnderTest(), full ? { TMPDIR: full.folder } : {});
    ({ client } = await createMember(server.current, await signIn(server), 100));
  });

  afterAll(async () => {
    try {
      await server.dispose();
    } finally {
      full?.remove();
    }
  });

  it('once at any step of storing an image costs a moment and nothing else', async () => {
    for (const at of STEPS) {
      await failFiles(at, 1);
      const { images, credits } = await makeImages(client);
      expect({ at, images: images.length, charged: credits.charged }).toEqual({ at, images: 1, charged: 1 });
    }
    expect(await balanceOf(client)).toMatchObject({ held: 0, consumed: STEPS.length });
    await expectInOrder();
  });

  it('at a thumbnail costs nobody anything: it is made when it is wanted', async () => {
    await failFiles('thumbnail/half-written', 1);
    const { images } = await makeImages(client);
    const { pathname, search } = new URL(images[0]!.thumbnail_urls['256'], server.origin);
    // Whoever asks in that very moment is told to come again.
    await until(async () => ((await client.raw(pathname + search)).status === 200 ? true : undefined));
    await expectInOrder();
  });

  // With the patience of three attempts, half a minute.
  if (IS_LONG_RUN) {
    it('again and again gives the credits back, and shows nothing of it', async () => {
      const before = await balanceOf(client);
      await failFiles('image/sync/before', 100);
      const { id } = await startImages(client);
      const failed = await untilGeneration(client, id, isFinished, 90_000);
      expect(failed).toMatchObject({
        status: 'failed',
        images: [],
        error: { code: 'storage.unavailable', charged: false },
      });
      expect(await balanceOf(client)).toEqual(before);

      await failFiles('image/sync/before', 0);
      await makeImages(client);
      await expectInOrder();
    }, 120_000);
  }
});
