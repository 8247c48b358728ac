import { expect, test } from '@jest/globals';
import { createMariadbDatabase, mariadbUrl } from '../../../test/mariadb.js';
import { describeOnEveryDatabase, type TestDatabase } from '../../../test/test-database.js';
import { connect, dataSourceOptions } from './data-source.js';
import { isCheckViolation, isUniqueViolation } from './database-errors.js';
import { type LastStatement, atLast, carryOut } from './last-statements.js';
import { Transactions } from './transactions.js';

const INSERT = `INSERT INTO credit_account (id, owner_type, owner_id, granted, available) VALUES (?, 'user', ?, ?, ?)`;

const opening = (id: string, credits: number): LastStatement => ({
  sql: INSERT,
  parameters: [id, `owner of ${id}`, credits, credits],
});

/** Takes one credit, unless there is none. */
const taking = (id: string): LastStatement => ({
  sql: `UPDATE credit_account SET available = available - 1, held = held + 1 WHERE id = ? AND available >= 1`,
  parameters: [id],
  refused: async () => new Error(`${id} has nothing`),
});

async function balances({ dataSource }: Pick<TestDatabase, 'dataSource'>): Promise<Record<string, number>> {
  const rows = await dataSource.query<{ id: string; available: number | string }[]>(
    'SELECT id, available FROM credit_account',
  );
  return Object.fromEntries(rows.map(({ id, available }) => [id, Number(available)]));
}

describeOnEveryDatabase('The last statements of a transaction', (open) => {
  test('are carried out behind all others, in their order, and committed with them', async () => {
    const database = await open();

    await database.transactions.run(async (tx) => {
      atLast(tx, taking('a'), taking('a'));
      await tx.query(INSERT, ['a', '1', 5, 5]);
      atLast(tx, opening('b', 2), taking('b'));
    });

    expect(await balances(database)).toEqual({ a: 3, b: 1 });
  });

  test('keep nothing when one of them is refused, and say which', async () => {
    const database = await open();
    await database.transactions.run(async (tx) => atLast(tx, opening('a', 1), opening('b', 1)));

    const refused = database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['first', '1', 5, 5]);
      atLast(tx, taking('a'), taking('b'), taking('b'), taking('a'));
    });

    await expect(refused).rejects.toThrow('b has nothing');
    expect(await balances(database)).toEqual({ a: 1, b: 1 });
  });

  test('may ask the transaction why they were refused', async () => {
    const database = await open();
    await database.transactions.run(async (tx) => atLast(tx, opening('a', 1)));

    const refused = database.transactions.run(async (tx) => {
      const reason = async (): Promise<Error> => {
        const [row] = await tx.query<{ held: number | string }[]>('SELECT held FROM credit_account WHERE id = ?', [
          'a',
        ]);
        return new Error(`held: ${row?.held}`);
      };
      atLast(tx, taking('a'), { ...taking('a'), refused: reason });
    });

    await expect(refused).rejects.toThrow('held: 1');
    expect(await balances(database)).toEqual({ a: 1 });
  });

  test('need not change anything unless they say so, and count what they find as changed', async () => {
    const database = await open();
    await database.transactions.run(async (tx) => atLast(tx, opening('a', 1)));

    await database.transactions.run(async (tx) => {
      const found = { sql: 'UPDATE credit_account SET seq = seq WHERE id = ?', parameters: ['a'] };
      atLast(
        tx,
        { sql: 'UPDATE credit_account SET seq = 9 WHERE id = ?', parameters: ['nobody'] },
        { ...found, refused: async () => new Error('not found') },
        taking('a'),
      );
    });

    expect(await balances(database)).toEqual({ a: 0 });
  });

  test('keep nothing when one of them fails, with the error as of any other statement', async () => {
    const database = await open();
    await database.transactions.run(async (tx) => atLast(tx, opening('a', 1)));
    const failureOf = (...statements: LastStatement[]): Promise<unknown> =>
      database.transactions
        .run(async (tx) => {
          await tx.query(INSERT, ['first', '1', 5, 5]);
          atLast(tx, taking('a'), ...statements);
        })
        .then(
          () => 'kept',
          (error: unknown) => error,
        );

    expect(isUniqueViolation(await failureOf(opening('a', 1)))).toBe(true);
    expect(isCheckViolation(await failureOf(opening('b', -1), opening('c', 1)))).toBe(true);
    expect(await balances(database)).toEqual({ a: 1 });
  });

  test('are carried out at once where somebody needs them, and once only', async () => {
    const database = await open();
    const held = Promise.withResolvers<void>();
    const carriedOut = Promise.withResolvers<void>();

    const first = database.transactions.run(async (tx) => {
      atLast(tx, opening('a', 3), taking('a'));
      await carryOut(tx);
      carriedOut.resolve();
      await held.promise;
      const rows = await tx.query<{ available: number | string }[]>('SELECT available FROM credit_account');
      atLast(tx, taking('a'));
      return rows.map(({ available }) => Number(available));
    });
    await carriedOut.promise;
    held.resolve();

    expect(await first).toEqual([2]);
    expect(await balances(database)).toEqual({ a: 1 });
  });

  test('say at once that they are refused where somebody needs them', async () => {
    const database = await open();
    let reached = false;

    const refused = database.transactions.run(async (tx) => {
      atLast(tx, opening('a', 0), taking('a'));
      await carryOut(tx);
      reached = true;
    });

    await expect(refused).rejects.toThrow('a has nothing');
    expect(reached).toBe(false);
    expect(await balances(database)).toEqual({});
  });

  test('take what nobody may write into them for what it is', async () => {
    const database = await open();
    const hostile = `'); END; DROP TABLE x; -- ?\\' "`;

    await database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['a', '1', 5, 5]);
      atLast(tx, { sql: INSERT, parameters: [hostile, hostile, 1, 1] }, taking('a'));
    });

    expect(await balances(database)).toEqual({ a: 4, [hostile]: 1 });
  });

  test('leave a connection behind on which the next transaction is one again', async () => {
    const database = await open();
    await database.transactions.run(async (tx) => atLast(tx, opening('a', 50)));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, (_, index) =>
        database.transactions.run(async (tx) => {
          if (index % 4 === 0) await tx.query(INSERT, [`lost-${index}`, String(index), 1, 1]);
          atLast(tx, taking('a'));
          if (index % 4 === 0) throw new Error('rolled back');
        }),
      ),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(await balances(database)).toEqual({ a: 0 });
  });

  test('belong to a transaction', async () => {
    const { manager } = (await open()).dataSource;

    expect(() => atLast(manager, opening('a', 1))).toThrow(TypeError);
    await expect(carryOut(manager)).rejects.toThrow(TypeError);
  });
});

if (mariadbUrl !== undefined)
  test('The last statements of a transaction are sent one by one to what may be MySQL', async () => {
    const database = await createMariadbDatabase();
    const place = { databaseUrl: database.url, databasePoolSize: 3, sqliteFile: '' };
    // Nobody asks the server what it is here, so it is taken for MySQL.
    const dataSource = await connect(dataSourceOptions(place));
    const sent: string[] = [];
    dataSource.logger.logQuery = (sql) => void sent.push(sql.slice(0, 6));
    try {
      const transactions = new Transactions(dataSource);
      await transactions.run(async (tx) => atLast(tx, opening('a', 2), taking('a')));

      const refused = transactions.run(async (tx) => atLast(tx, taking('a'), taking('a'), taking('a')));

      await expect(refused).rejects.toThrow('a has nothing');
      expect(sent.filter((sql) => /INSERT|UPDATE|BEGIN|COMMIT/.test(sql))).toEqual([
        ...['INSERT', 'UPDATE', 'COMMIT'],
        ...['UPDATE', 'UPDATE'],
      ]);
      expect(await balances({ dataSource })).toEqual({ a: 1 });
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
