import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Generation } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signIn } from '../../support/api-client.js';
import { makeImages, startImages, untilGeneration } from '../../support/generations.js';
import { createMember } from '../../support/members.js';
import { type Server, startServer } from '../../support/server.js';
import { audit } from './audit.js';
import { type Installation, type RawDatabase, openRaw, readRecords } from './records.js';

/** What is broken, how, and what the audit says of it. The database's own guards are taken down before. */
const CORRUPTIONS: [what: string, sql: string, finding: RegExp][] = [
  [
    'credits out of nothing',
    'UPDATE credit_account SET available = available + 1, granted = granted + 1',
    /says granted/,
  ],
  ['an overdrawn account', 'UPDATE credit_account SET available = available - 900', /says available/],
  ['a lost entry', `DELETE FROM ledger_entry WHERE id LIKE '%.capture' AND seq > 2`, /its entries are AVAILABLE>HELD$/],
  ['a changed entry', `UPDATE ledger_entry SET amount = amount + 1 WHERE id LIKE '%.release'`, /differs from its hold/],
  ['a gap in a statement', 'UPDATE ledger_entry SET seq = seq + 1 WHERE seq > 2', /has number \d+, not 3/],
  ['a balance told wrongly', 'UPDATE ledger_entry SET held_after = held_after + 1', /tells of/],
  [
    'a capture and a release of one hold',
    entryTwice('capture', 'release', 'AVAILABLE'),
    /is CAPTURED, its entries are/,
  ],
  ['a hold captured twice', entryTwice('capture', 'again', 'CONSUMED'), /HELD>CONSUMED,HELD>CONSUMED/],
  ['credits from nobody', `UPDATE ledger_entry SET reason = NULL WHERE src = 'OUTSIDE'`, /without telling who or why/],
  ['an item with two holds', insertCopy('credit_hold', `'other'`, `image_id = NULL`), /has 2 holds/],
  ['an item without a hold', `DELETE FROM credit_hold WHERE state = 'RELEASED'`, /has 0 holds/],
  ['a hold at another price', 'UPDATE credit_hold SET amount = amount + 1', /not of the frozen price/],
  [
    'a charge for a failed item',
    `UPDATE generation_item SET state = 'FAILED' WHERE state = 'SUCCEEDED'`,
    /is FAILED, its hold is CAPTURED/,
  ],
  [
    'a free image',
    `UPDATE generation_item SET state = 'SUCCEEDED' WHERE state = 'FAILED'`,
    /is SUCCEEDED, its hold is RELEASED/,
  ],
  ['a hold that sticks', `UPDATE credit_hold SET state = 'HELD' WHERE state = 'RELEASED'`, /its hold is HELD/],
  [
    'an item that sticks',
    `UPDATE generation_item SET state = 'QUEUED', completed_at = NULL WHERE state = 'CANCELED'`,
    /is still QUEUED/,
  ],
  ['too many attempts', 'UPDATE generation_item SET attempts = max_attempts + 1', /was attempted 4 times of 3/],
  ['an attempt without a claim', 'UPDATE generation_item SET fence = 0', /claimed 0 times/],
  ['a missing item', 'DELETE FROM generation_item WHERE idx = 1', /wants 2 images and has items 0/],
  ['a missing image row', 'DELETE FROM image WHERE id = (SELECT MIN(id) FROM image)', /is SUCCEEDED and has 0 images/],
  ['two images of one item', insertCopy('image', `'other'`, `storage_key = storage_key || 'x'`), /has 2 images/],
  [
    'an image of another hold',
    `UPDATE image SET id = 'other' WHERE id = (SELECT MIN(id) FROM image)`,
    /not what its hold was captured for/,
  ],
  ['another price on the image', 'UPDATE image SET credits_spent = 9', /tells of another price/],
  ['a wrong count of images', 'UPDATE image_count SET images = images + 1', /a count of/],
  ['other bytes than were recorded', `UPDATE image SET sha256 = '${'0'.repeat(64)}'`, /other bytes than were recorded/],
  ['another length than was recorded', 'UPDATE image SET bytes = bytes + 1', /bytes, not/],
  ['a key without its result', `UPDATE idempotency_key SET result_id = 'nothing'`, /names nothing, which is not there/],
  [
    'one result under two keys',
    insertCopy('idempotency_key', `'other'`, `expires_at = 1`, 'hash'),
    /has two idempotency keys/,
  ],
  ['an end that is told twice', insertCopy('generation_event', '1000', `type = 'generation.failed'`), /and has 2 ends/],
  [
    'an end that is not told',
    `DELETE FROM generation_event WHERE type = 'generation.canceled'`,
    /is over and has 0 ends/,
  ],
  [
    'an end that is told wrongly',
    `UPDATE generation_event SET type = 'generation.failed' WHERE type = 'generation.succeeded'`,
    /ended as succeeded and is told as generation.failed/,
  ],
  [
    'an event after the end',
    insertCopy('generation_event', '1000', `type = 'generation.started'`),
    /goes on after its end/,
  ],
  ['an event that somebody else is told', 'UPDATE generation_event SET user_id = 77', /is told to somebody else/],
  [
    'a provider that was called too often',
    `INSERT INTO provider_attempt (id, item_id, fence, ordinal, provider, state, started_at, finished_at)
     SELECT id || n, item_id, fence, n, provider, 'UNKNOWN', 1, 1
     FROM provider_attempt, (SELECT 7 AS n UNION SELECT 8 UNION SELECT 9)`,
    /providers were called 4 times/,
  ],
  ['a call that nobody had claimed', 'UPDATE provider_attempt SET fence = fence + 5', /has a call of claim 6, of 1$/],
  ['an image that no provider delivered', `DELETE FROM provider_attempt`, /no call of a provider in its last claim/],
  ['a call for nothing', `UPDATE provider_attempt SET item_id = 'nothing'`, /called for item nothing, unknown/],
  ['a frozen account', `UPDATE credit_account SET status = 'FROZEN'`, /is FROZEN/],
  ['a user without an account', `DELETE FROM credit_account WHERE granted > 0`, /has no credit account/],
];

/** A second entry of the same hold. */
function entryTwice(kind: string, name: string, destination: string): string {
  return `CREATE TEMPORARY TABLE copy AS SELECT * FROM ledger_entry WHERE id LIKE '%.${kind}' LIMIT 1;
    UPDATE copy SET id = hold_id || '.${name}', seq = 1000, dst = '${destination}';
    INSERT INTO ledger_entry SELECT * FROM copy`;
}

/** One row once more, under another key. */
function insertCopy(table: string, id: string, change: string, key = 'id'): string {
  return `CREATE TEMPORARY TABLE copy AS SELECT * FROM ${table} LIMIT 1;
    UPDATE copy SET ${key} = ${id}, ${change}; INSERT INTO ${table} SELECT * FROM copy`;
}

describe('the audit of an installation', () => {
  let folder: string;
  let installation: Installation;

  beforeAll(async () => {
    const server = await startServer({ database: 'sqlite', env: { LOG_LEVEL: 'warn' } });
    folder = await mkdtemp(join(tmpdir(), 'atelier-audit-'));
    try {
      await live(server);
      await server.stop();
      await cp(server.dataDir, join(folder, 'sound'), { recursive: true });
    } finally {
      await server.dispose();
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    installation = { dataDir: join(folder, 'broken'), databaseUrl: null };
    await cp(join(folder, 'sound'), installation.dataDir, { recursive: true });
  });

  afterEach(() => rm(installation.dataDir, { recursive: true, force: true }));

  const findings = async (): Promise<string[]> => (await audit(installation, { isQuiescent: true })).violations;

  async function tamper(work: (database: RawDatabase) => Promise<void>): Promise<void> {
    const database = await openRaw(installation);
    await database.run('PRAGMA ignore_check_constraints = ON');
    const guards = await database.rows(
      `SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR (type = 'index' AND sql LIKE '%UNIQUE%'))`,
    );
    for (const { type, name } of guards as { type: string; name: string }[])
      await database.run(`DROP ${type} "${name}"`);
    await work(database);
    await database.close();
  }

  it('finds nothing wrong in a sound one', async () => {
    expect(await findings()).toEqual([]);
    const { generations, images, keys } = await readRecords(installation);
    expect([generations.length, images.length, keys.length]).toEqual([3, 2, 1]);
  });

  it.each(CORRUPTIONS)('finds %s', async (_, sql, finding) => {
    await tamper((database) => database.run(sql));
    expect((await findings()).join('\n')).toMatch(new RegExp(finding, 'm'));
  });

  describe.each([
    ['a missing file', (path: string) => unlink(path), /is not there/],
    ['a torn file', (path: string) => truncate(path, 1_000), /has 1000 bytes, not/],
    ['a replaced file', (path: string) => writeFile(path, 'something else'), /has 14 bytes/],
    [
      'a stranger in the store',
      (path: string) => writeFile(`${path}.html`, '<p>'),
      /nothing that belongs into the store/,
    ],
  ])('finds %s', (_, damage, finding) => {
    it('among the images', async () => {
      const [image] = (await readRecords(installation)).images;
      await damage(join(installation.dataDir, image!.storage_key));
      expect((await findings()).join('\n')).toMatch(finding);
    });
  });

  it('finds bytes that are no picture, even where length and checksum fit', async () => {
    const [image] = (await readRecords(installation)).images;
    await writeFile(join(installation.dataDir, image!.storage_key), 'no picture');
    const sha256 = createHash('sha256').update('no picture').digest('hex');
    await tamper((database) => database.run(`UPDATE image SET bytes = 10, sha256 = '${sha256}'`));
    expect((await findings()).join('\n')).toMatch(/is no picture/);
  });

  it('tells orphans from images, and does not complain about them', async () => {
    await writeFile(join(installation.dataDir, 'static/generated', await aDay(), 'user-2-0123456789ab.png'), 'orphan');
    const report = await audit(installation, { isQuiescent: true });
    expect(report.violations).toEqual([]);
    expect(report.orphans).toHaveLength(1);
  });

  async function aDay(): Promise<string> {
    const [image] = (await readRecords(installation)).images;
    return image!.storage_key.split('/').slice(2, 5).join('/');
  }
});

/** Every way that a generation can end, and a grant under a key. */
async function live(server: Server): Promise<void> {
  const admin = await signIn(server);
  const { client, id } = await createMember(server, admin, 50);
  await makeImages(client, { count: 2 });
  await client.post('/studio/generate', { prompt: 'refused [mock:fail=content_rejected]', tier: 'standard' });
  const endless = await startImages(client, { prompt: 'never ready [mock:delay=300000]' });
  await untilGeneration(client, endless.id, ({ status }: Generation) => status === 'running');
  await client.post(`/studio/generations/${endless.id}/cancel`);
  const grant = { user_id: id, amount: 5, reason: 'A present' };
  const granted = await admin.post('/admin/credits/grants', grant, { headers: { 'idempotency-key': 'present' } });
  expect(granted.status).toBe(201);
}
