import { expect, test } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { DatabaseVersion } from './database-version.js';

const INSERT = `INSERT INTO credit_account (id, owner_type, owner_id, granted, available) VALUES (?, 'user', ?, 5, 5)`;
const IDLE = `UPDATE credit_account SET available = 9 WHERE id = 'nobody'`;

describeOnEveryDatabase('The version of a database', (open) => {
  test('changes with what is committed, at once, and not with what changes nothing', async () => {
    const { dataSource, transactions } = await open();
    const version = new DatabaseVersion(dataSource);
    if (!version.isKnown) {
      expect(version.current()).toBeUndefined();
      return;
    }
    const seen = [version.current()];
    const look = () => seen.push(version.current());

    await dataSource.query(INSERT, ['alone', '1']);
    look();
    await transactions.run(async (tx) => {
      await tx.query(INSERT, ['together', '2']);
      look();
    });
    look();
    await transactions.run((tx) => tx.query(IDLE));
    await dataSource.query('SELECT * FROM credit_account');
    look();

    const [first, alone, within, together, last] = seen;
    expect(alone).not.toBe(first);
    expect(within).toBe(alone);
    expect(together).not.toBe(alone);
    expect(last).toBe(together);
  });

  test('changes with what another program commits, and is not known when the database is closed', async () => {
    const { dataSource } = await open();
    const version = new DatabaseVersion(dataSource);
    if (!version.isKnown) return;
    const before = version.current();
    const other = new BetterSqlite3(String(dataSource.options.database));
    other.prepare(INSERT).run('elsewhere', '4');
    other.close();
    await nextTurn();

    expect(version.current()).not.toBe(before);
    const closed = new DatabaseVersion(dataSource);
    await dataSource.destroy();
    expect(closed.current()).toBeUndefined();
    await dataSource.initialize();
  });
});
