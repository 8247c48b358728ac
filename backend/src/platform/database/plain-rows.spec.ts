import { expect, test } from '@jest/globals';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { IdempotencyKeyRow } from '../idempotency/idempotency-key.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { findPairs, findRows, insertRows } from './plain-rows.js';

@Entity('idempotency_key')
class KeyWithADate {
  @PrimaryColumn({ type: 'varchar' })
  hash!: string;

  @Column({ type: 'datetime' })
  createdAt!: Date;
}

const row = (hash: string): IdempotencyKeyRow => ({
  hash,
  fingerprint: 'Zoë 🗼 "quoted" \\ \u2028',
  resultId: `'; --`,
  createdAt: 1_800_000_000_000,
  expiresAt: Number.MAX_SAFE_INTEGER,
});

describeOnEveryDatabase('Plain rows', (open) => {
  test('are written and read as TypeORM does', async () => {
    const { dataSource, transactions } = await open(IdempotencyKeyRow);
    const rows = ['a', 'b', 'c'].map(row);

    await transactions.run((tx) => insertRows(tx, IdempotencyKeyRow, rows));

    const read = await findRows(dataSource.manager, IdempotencyKeyRow, 'WHERE hash <> ? ORDER BY hash DESC', ['b']);
    expect(read).toEqual([row('c'), row('a')]);
    expect(await dataSource.manager.find(IdempotencyKeyRow, { order: { hash: 'ASC' } })).toEqual(rows);
  });

  test('leave out what the database fills in', async () => {
    const { dataSource, transactions } = await open(OutboxMessage);
    const message = { subscriberId: 's', userId: 1, eventType: 'credits.low', data: '{}', createdAt: 5 } as const;

    await transactions.run((tx) => insertRows(tx, OutboxMessage, [message]));

    const [read] = await findRows(dataSource.manager, OutboxMessage, '', []);
    expect(read).toEqual({ ...message, id: 1 });
  });

  test('are read in pairs as they are alone', async () => {
    const { dataSource, transactions } = await open(IdempotencyKeyRow, OutboxMessage);
    const message = { subscriberId: 'a', userId: 1, eventType: 'credits.low', data: '{}', createdAt: 5 } as const;
    await transactions.run(async (tx) => {
      await insertRows(tx, IdempotencyKeyRow, ['a', 'b'].map(row));
      await insertRows(tx, OutboxMessage, [message, { ...message, createdAt: Number.MAX_SAFE_INTEGER }]);
    });

    const pairs = await findPairs(
      dataSource.manager,
      [IdempotencyKeyRow, 'key_row'],
      [OutboxMessage, 'message'],
      'INNER JOIN outbox_message AS message ON message.subscriber_id = key_row.hash WHERE key_row.hash <> ? ORDER BY message.id',
      ['b'],
    );

    expect(pairs).toEqual([
      [row('a'), { ...message, id: 1 }],
      [row('a'), { ...message, id: 2, createdAt: Number.MAX_SAFE_INTEGER }],
    ]);
  });

  test('are refused where they would be written or read wrongly', async () => {
    const { dataSource, transactions } = await open(IdempotencyKeyRow, KeyWithADate);
    const unknown = Object.assign(row('a'), { another: 1 });

    await expect(transactions.run((tx) => insertRows(tx, IdempotencyKeyRow, [unknown]))).rejects.toThrow('another');
    await expect(findRows(dataSource.manager, KeyWithADate, '', [])).rejects.toThrow('created_at');
  });
});
