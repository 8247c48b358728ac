import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatedUser, Delivery, Image, MissingObjectsReport, Webhook } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeS3, startFakeS3 } from '../../backend/test/fake-s3/index.ts';
import { type ApiClient, signIn } from '../support/api-client.js';
import { createEmptyDatabase, databaseUnderTest, dropDatabase } from '../support/database.js';
import { makeImage, onlyImage } from '../support/generations.js';
import { runMaintenance } from '../support/maintenance.js';
import { type Member, createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import type { Environment } from '../support/server-process.js';
import { changeSettings } from '../support/settings.js';
import { until } from '../support/until.js';

const SECRET_KEY = 'a master key of more than 32 bytes, for tests';

const VENDOR_KEY = 'canary-key-of-a-vendor-8d21';

/**
 * Tables in which this installation has no row. One that joins belongs into a backup: let `use` below write to it, so that
 * the restore proves that it is there.
 */
const WITHOUT_ROWS: readonly string[] = [
  // With an image that has lost its file the restored installation would not be sound.
  'missing_object',
  // Taken over by whoever tells of it as soon as it is there.
  'outbox_message',
];

describe.each([
  { from: 'folder', to: 'bucket' },
  { from: 'bucket', to: 'folder' },
] as const)('a backup of images in a $from that is restored into a $to', ({ from, to }) => {
  const cleanUps: (() => unknown)[] = [];
  let bucket: FakeS3;
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  let image: Image;
  let work: string;

  const placeOf = (place: 'folder' | 'bucket'): Environment => (place === 'bucket' ? bucket.environment : {});

  /** Where nothing was ever installed. */
  async function emptyInstallation(): Promise<Record<string, string>> {
    const dataDir = await mkdtemp(join(work, 'data-'));
    const environment = { DATA_DIR: dataDir, SECRET_KEY };
    if (databaseUnderTest() === 'sqlite') return environment;
    const url = await createEmptyDatabase();
    cleanUps.push(() => dropDatabase(url));
    return { ...environment, DATABASE_URL: url };
  }

  const installation = (): Record<string, string> => ({
    DATA_DIR: server.dataDir,
    SECRET_KEY,
    ...(server.databaseUrl === null ? {} : { DATABASE_URL: server.databaseUrl }),
    ...placeOf(from),
  });

  /** Does everything that leaves a row somewhere. */
  async function use(): Promise<void> {
    const guest = { email: 'guest@atelier.test', name: 'Guest', role: 'member', credits: 0 };
    expect((await admin.post<CreatedUser>('/admin/users', guest)).status).toBe(201);
    await changeSettings(admin, { credit_price_premium4: '5' });
    const made = await member.client.post<Parameters<typeof onlyImage>[0]>(
      '/studio/generate',
      { prompt: 'a lighthouse', tier: 'standard' },
      { headers: { 'idempotency-key': 'the first one' } },
    );
    image = onlyImage(made.body);
    const failed = await member.client.post('/studio/generate', { prompt: '[mock:fail=timeout]', tier: 'standard' });
    expect(failed.status).toBe(504);
    expect((await admin.post('/admin/credits/audit')).status).toBe(200);
    expect((await admin.post('/api-keys', { name: 'A program', scopes: ['generate'] })).status).toBe(201);
    // One that makes no images, so that nothing else changes by it.
    expect((await admin.put('/admin/providers/ollama/credentials', { api_key: VENDOR_KEY })).status).toBe(200);
    // Nobody listens there, and that is known at once.
    const wish = { url: 'http://127.0.0.1:9/', events: ['credits.low'] };
    const webhook = `/webhooks/${(await member.client.post<Webhook>('/webhooks', wish)).body.id}`;
    const test = (await member.client.post<Delivery>(`${webhook}/test`)).body.id;
    await until(async () => {
      const { body } = await member.client.get<{ status: string }>(`${webhook}/deliveries/${test}`);
      return body.status === 'failed' ? body : undefined;
    });
    // The first look for missing files follows soon after the start.
    await until(async () => {
      const { body } = await admin.get<MissingObjectsReport>('/admin/gallery/missing-objects');
      return body.probed_at ?? undefined;
    }, 50_000);
  }

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'atelier-backup-'));
    cleanUps.push(() => rm(work, { recursive: true }));
    bucket = await startFakeS3();
    cleanUps.push(() => bucket.close());
    server = await startServer({ env: { SECRET_KEY, WEBHOOK_ALLOW: '127.0.0.1', ...placeOf(from) } });
    cleanUps.push(() => server.dispose());
    admin = await signIn(server);
    member = await createMember(server, admin, 50);
    await use();
  }, 90_000);

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  it('brings back everything, and the server goes on where it was', async () => {
    const folder = join(work, 'backup');
    const original = await download(server, image.image_url);
    // They are made after the answer; whoever asks for one waits for it.
    await download(server, image.thumbnail_urls[256]);
    await download(server, image.thumbnail_urls[512]);

    const backup = await runMaintenance('backup', folder, installation());
    expect(backup).toMatchObject({ code: 0, output: expect.stringContaining('and 3 files') });
    const { tables } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
      tables: Record<string, { rows: number }>;
    };
    const empty = Object.keys(tables).filter((table) => tables[table]!.rows === 0);
    expect(empty).toEqual(WITHOUT_ROWS);

    const target = { ...(await emptyInstallation()), ...placeOf(to) };
    const restore = await runMaintenance('restore', folder, target);
    expect(restore).toMatchObject({
      code: 0,
      output: expect.stringContaining('Images: 1 checked, 0 missing or damaged'),
    });

    const restored = await startServer({ env: target, hasAdmin: false });
    cleanUps.push(() => restored.dispose());
    const client = await signIn(restored, { email: member.email, password: member.password });
    const { body } = await client.get<Image>(`/gallery/images/${image.id}`);
    expect((await download(restored, body.image_url)).sha256).toBe(original.sha256);
    await makeImage(client);
    expect((await signIn(restored, ADMIN)).origin).toBe(restored.origin);

    const again = await runMaintenance('restore', folder, target);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('has images already') });
  });

  it('ends with code 2 when a paid image is missing or another', async () => {
    const folder = join(work, 'damaged');
    expect((await runMaintenance('backup', folder, installation())).code).toBe(0);
    const files = await readdir(join(folder, 'files'), { recursive: true });
    const original = files.find((file) => file.endsWith('.png'))!;

    await writeFile(join(folder, 'files', original), 'something else');
    const damaged = await runMaintenance('restore', folder, { ...(await emptyInstallation()) });
    expect(damaged).toMatchObject({ code: 2, output: expect.stringContaining('is not the file that was recorded') });

    await rm(join(folder, 'files', original));
    const missing = await runMaintenance('restore', folder, { ...(await emptyInstallation()) });
    expect(missing).toMatchObject({ code: 2, output: expect.stringContaining('is missing') });
    expect(missing.output).toContain('The restored installation is NOT sound.');
  });

  it('says in a sentence what is wrong, and no secret', async () => {
    const folder = join(work, 'never');
    const wrong = { S3_SECRET_ACCESS_KEY: 'unmistakable-and-wrong' };
    const refused = await runMaintenance('backup', folder, { ...installation(), ...bucket.environment, ...wrong });

    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(
      /^The backup failed: ListObjectsV2 ended with SignatureDoesNotMatch \(status 403\)\n$/,
    );
  });
});
