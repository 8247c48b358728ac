import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { type TestDatabase, describeOnEveryDatabase } from '../../../test/test-database.js';
import { AuditEntryRow, AuditHead } from './audit-entry.entity.js';
import { CHAIN_START, verifyChain } from './audit-chain.js';
import { type AuditEvent, AuditLog } from './audit-log.js';

const event = (detail: string): AuditEvent => ({
  actor: {
    id: 7,
    name: 'Ada',
    apiKey: { apiKeyId: 'abcdef012345' },
    origin: { address: '192.0.2.1', requestId: 'r-1', userAgent: 'curl/8.5.0' },
  },
  action: 'settings.change',
  target: { type: 'settings', id: 'studio' },
  before: { credit_price_standard: '1' },
  after: { credit_price_standard: '2' },
  detail,
});

describeOnEveryDatabase('the audit log', (open) => {
  async function prepare(): Promise<TestDatabase & { log: AuditLog; write(detail: string): Promise<void> }> {
    const database = await open(AuditEntryRow, AuditHead);
    const log = new AuditLog(database.clock);
    return { ...database, log, write: (detail) => database.transactions.run((tx) => log.record(tx, event(detail))) };
  }

  const entries = (database: TestDatabase): Promise<AuditEntryRow[]> =>
    database.dataSource.manager.find(AuditEntryRow, { order: { sequence: 'ASC' } });

  test('keeps who did what to what, from where, and what it was before', async () => {
    const database = await prepare();
    await database.write('because');

    expect(await entries(database)).toEqual([
      expect.objectContaining({
        ...{ sequence: 1, actorId: 7, actorName: 'Ada', apiKeyId: 'abcdef012345', action: 'settings.change' },
        ...{ targetType: 'settings', targetId: 'studio', result: 'success', detail: 'because' },
        ...{ before: '{"credit_price_standard":"1"}', after: '{"credit_price_standard":"2"}' },
        ...{ address: '192.0.2.1', requestId: 'r-1', userAgent: 'curl/8.5.0', targetName: null },
      }),
    ]);
  });

  test('takes over what others call themselves and things as one line of bounded length', async () => {
    const database = await prepare();
    const told = 'a\r\n\u0000b\t \u202Ec\u2028d';
    await database.transactions.run((tx) =>
      database.log.record(tx, {
        actor: {
          id: 7,
          name: 'Ada',
          origin: { address: '::1', requestId: 'r', userAgent: `${told}${'x'.repeat(400)}` },
        },
        action: 'api_key.revoke',
        target: { type: 'api_key', id: 'abcdef012345', name: `${'n'.repeat(99)}😀` },
      }),
    );
    const [entry] = await entries(database);
    expect(entry?.userAgent).toBe(`a b c d${'x'.repeat(300 - told.length)}`);
    expect(entry?.targetName).toBe('n'.repeat(99));
    expect((await verifyChain(database.dataSource.manager)).broken_at).toBeNull();
  });

  test('goes on from entries that were written before it knew as much', async () => {
    const database = await prepare();
    const { manager } = database.dataSource;
    const old = await writeAsBefore(manager);
    await database.write('new');

    const [, next] = await entries(database);
    expect(next).toMatchObject({ sequence: 2, userAgent: 'curl/8.5.0' });
    const whole = { entries_checked: 2, broken_at: null, last_hash: next?.hash };
    expect(await verifyChain(manager)).toEqual(whole);
    expect(old).toMatchObject({ userAgent: null, targetName: null });

    await manager.query('DROP TRIGGER tr_audit_entry_update');
    await manager.query(`UPDATE audit_entry SET user_agent = 'made up' WHERE sequence = 1`);
    expect((await verifyChain(manager)).broken_at).toBe(1);
    await manager.query('UPDATE audit_entry SET user_agent = NULL WHERE sequence = 1');
    expect(await verifyChain(manager)).toEqual(whole);
    await manager.query('UPDATE audit_entry SET user_agent = NULL WHERE sequence = 2');
    expect((await verifyChain(manager)).broken_at).toBe(2);
  });

  test('is one chain without a gap, however many write at the same time', async () => {
    const database = await prepare();
    await Promise.all(Array.from({ length: 50 }, (_, index) => database.write(`entry ${index}`)));

    const written = await entries(database);
    expect(written.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(new Set(written.map(({ detail }) => detail)).size).toBe(50);
    expect(await verifyChain(database.dataSource.manager)).toEqual({
      entries_checked: 50,
      broken_at: null,
      last_hash: written.at(-1)?.hash,
    });
  });

  test('has no entry of what was rolled back', async () => {
    const database = await prepare();
    await database.write('one');
    const undone = database.transactions.run(async (tx) => {
      await database.log.record(tx, event('two'));
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await database.write('three');

    expect((await entries(database)).map(({ sequence, detail }) => [sequence, detail])).toEqual([
      [1, 'one'],
      [2, 'three'],
    ]);
    expect((await verifyChain(database.dataSource.manager)).broken_at).toBeNull();
  });

  test('refuses to be changed', async () => {
    const database = await prepare();
    await database.write('one');
    const { manager } = database.dataSource;

    await expect(manager.query(`UPDATE audit_entry SET detail = 'other'`)).rejects.toThrow('append-only');
    await expect(manager.query('DELETE FROM audit_entry')).rejects.toThrow('append-only');
  });

  test('is whole when there is nothing in it yet', async () => {
    const database = await prepare();
    expect(await verifyChain(database.dataSource.manager)).toEqual({
      entries_checked: 0,
      broken_at: null,
      last_hash: null,
    });
  });

  const FORGERIES: [name: string, sql: string[], brokenAt: number][] = [
    ['changed', [`UPDATE audit_entry SET detail = 'other' WHERE sequence = 2`], 2],
    ['given to somebody else', ['UPDATE audit_entry SET actor_id = 8 WHERE sequence = 3'], 3],
    ['told of another program', [`UPDATE audit_entry SET user_agent = 'other' WHERE sequence = 2`], 2],
    ['told of a target with another name', [`UPDATE audit_entry SET target_name = 'other' WHERE sequence = 1`], 1],
    ['removed from the middle', ['DELETE FROM audit_entry WHERE sequence = 2'], 2],
    ['removed from the end', ['DELETE FROM audit_entry WHERE sequence = 4'], 4],
    ['removed altogether', ['DELETE FROM audit_entry'], 1],
    [
      'changed places',
      [
        'UPDATE audit_entry SET sequence = 9 WHERE sequence = 2',
        'UPDATE audit_entry SET sequence = 2 WHERE sequence = 3',
        'UPDATE audit_entry SET sequence = 3 WHERE sequence = 9',
      ],
      2,
    ],
    [
      'added with a hash that is made up',
      [
        `INSERT INTO audit_entry (sequence, at, action, result, hash) VALUES (5, 1, 'user.create', 'success', '${'a'.repeat(64)}')`,
      ],
      5,
    ],
  ];
  test.each(FORGERIES)('shows that an entry was %s', async (_, statements, brokenAt) => {
    const database = await prepare();
    for (const detail of ['one', 'two', 'three', 'four']) await database.write(detail);
    const { manager } = database.dataSource;
    for (const action of ['update', 'delete']) await manager.query(`DROP TRIGGER tr_audit_entry_${action}`);
    for (const sql of statements) await manager.query(sql);

    expect((await verifyChain(manager)).broken_at).toBe(brokenAt);
  });
});

/** The first entry of a log, as it was written and hashed when entries had no more than these facts. */
async function writeAsBefore(manager: EntityManager): Promise<AuditEntryRow | null> {
  const facts = [1, 5, 7, 'Ada', null, 'user.invite', 'user', '9', null, null, 'success', null, '192.0.2.1', 'r-0'];
  const hash = createHash('sha256')
    .update(`${CHAIN_START.hash}\n${JSON.stringify(facts)}`)
    .digest('hex');
  const columns =
    'sequence, at, actor_id, actor_name, api_key_id, action, target_type, target_id, `before`, `after`, ' +
    'result, detail, address, request_id, hash';
  const values = [...facts, hash];
  await manager.query(`INSERT INTO audit_entry (${columns}) VALUES (${values.map(() => '?').join(', ')})`, values);
  await manager.insert(AuditHead, { id: 1, sequence: 1, hash });
  return manager.findOneBy(AuditEntryRow, { sequence: 1 });
}
