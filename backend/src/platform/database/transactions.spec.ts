import { afterEach, expect, jest, test } from '@jest/globals';
import { describeOnEveryDatabase, type TestDatabase } from '../../../test/test-database.js';
import { afterCommit } from './after-commit.js';
import { isCheckViolation, isUniqueViolation } from './database-errors.js';
import { OutsideTransactionError } from './transaction-scope.js';

const INSERT = `INSERT INTO credit_account (id, owner_type, owner_id, granted, available) VALUES (?, 'user', ?, ?, ?)`;

async function available({ dataSource }: TestDatabase, id: string): Promise<number> {
  const rows = await dataSource.query<{ available: number | string }[]>(
    'SELECT available FROM credit_account WHERE id = ?',
    [id],
  );
  return Number(rows[0]?.available);
}

describeOnEveryDatabase('Transactions', (open) => {
  afterEach(() => {
    jest.useRealTimers();
  });

  test('keeps what a body wrote, and nothing of a body that failed', async () => {
    const database = await open();

    await database.transactions.run((tx) => tx.query(INSERT, ['kept', '1', 5, 5]));
    const failing = database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['lost', '2', 5, 5]);
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await available(database, 'kept')).toBe(5);
    expect(await available(database, 'lost')).toBeNaN();
  });

  test('tells of what was committed, once it can be read by others, and of nothing else', async () => {
    const database = await open();
    const told: Promise<number>[] = [];
    const note = (id: string) => () => void told.push(available(database, id));

    await database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['kept', '1', 5, 5]);
      afterCommit(tx, note('kept'));
      afterCommit(tx, note('kept'));
      expect(told).toEqual([]);
    });
    const failing = database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['lost', '2', 5, 5]);
      afterCommit(tx, note('lost'));
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await Promise.all(told)).toEqual([5, 5]);
    expect(() => afterCommit(database.dataSource.manager, note('kept'))).toThrow(TypeError);
  });

  test('keeps fifty simultaneous transactions and fifty single statements apart', async () => {
    const database = await open();
    await database.transactions.run((tx) => tx.query(INSERT, ['a', '1', 1000, 1000]));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0
          ? database.transactions.run(async (tx) => {
              await tx.query('UPDATE credit_account SET available = available - 1, held = held + 1 WHERE id = ?', [
                'a',
              ]);
              if (index % 4 === 0) throw new Error('rolled back');
            })
          : database.dataSource.query(INSERT, [`row-${index}`, `owner-${index}`, 1, 1]),
      ),
    );

    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(25);
    expect(await available(database, 'a')).toBe(975);
    const [count] = await database.dataSource.query<{ n: number | string }[]>(
      'SELECT COUNT(*) AS n FROM credit_account',
    );
    expect(Number(count?.n)).toBe(51);
  });

  test('binds the integers of a statement, so that it is the same whatever they are', async () => {
    const database = await open();
    const most = 1_000_000_000_000;
    await database.transactions.run((tx) => tx.query(INSERT, ['a', '1', most, most]));

    const question = database.dataSource
      .createQueryBuilder()
      .select('account.id', 'id')
      .from('credit_account', 'account')
      .where('account.available = :most AND account.held < :fraction', { most, fraction: 0.5 });

    expect(question.getQueryAndParameters()[0]).not.toContain(String(most));
    await expect(question.getRawMany()).resolves.toEqual([{ id: 'a' }]);
  });

  test('refuses a statement past the manager at once instead of hanging', async () => {
    const database = await open();

    const stray = database.transactions.run(() => database.dataSource.query('SELECT 1'));

    await expect(stray).rejects.toThrow(OutsideTransactionError);
    await expect(database.dataSource.query('SELECT 1')).resolves.toHaveLength(1);
  });

  test('refuses a transaction within a transaction', async () => {
    const database = await open();

    const nested = database.transactions.run(() => database.transactions.run(() => Promise.resolve()));

    await expect(nested).rejects.toThrow(OutsideTransactionError);
  });

  test('lets work that outlives its transaction use the database', async () => {
    const database = await open();
    const committed = Promise.withResolvers<void>();
    let later: Promise<unknown> = Promise.resolve();

    await database.transactions.run((tx) => {
      later = committed.promise.then(() => database.dataSource.query('SELECT 1'));
      return tx.query('SELECT 1');
    });
    committed.resolve();

    await expect(later).resolves.toHaveLength(1);
  });

  test('gives a body up that hangs, and has nothing of what it does later', async () => {
    const database = await open();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    const hanging = database.transactions.run(async (tx) => {
      await tx.query(INSERT, ['before', '1', 5, 5]);
      begun.resolve();
      await goOn.promise;
      await tx.query(INSERT, ['late', '2', 5, 5]).then(() => late.resolve('carried out'), late.resolve);
    });
    const refused = expect(hanging).rejects.toMatchObject({ code: 'server.unavailable', retryable: true });
    await begun.promise;
    await jest.advanceTimersByTimeAsync(5_000);
    goOn.resolve();
    await refused;

    expect(await late.promise).toBeInstanceOf(Error);
    expect(await available(database, 'before')).toBeNaN();
    expect(await available(database, 'late')).toBeNaN();
  });

  test('has the database itself refuse a negative or unbalanced account and a second one of the same owner', async () => {
    const { transactions } = await open();
    await transactions.run((tx) => tx.query(INSERT, ['a', '1', 5, 5]));
    const refusal = (sql: string, parameters: unknown[]): Promise<unknown> =>
      transactions
        .run((tx) => tx.query(sql, parameters))
        .then(
          () => undefined,
          (error: unknown) => error,
        );

    expect(
      isCheckViolation(await refusal('UPDATE credit_account SET available = -1, granted = -1 WHERE id = ?', ['a'])),
    ).toBe(true);
    expect(isCheckViolation(await refusal('UPDATE credit_account SET available = 6 WHERE id = ?', ['a']))).toBe(true);
    expect(isUniqueViolation(await refusal(INSERT, ['b', '1', 0, 0]))).toBe(true);
  });

  test('has the database itself refuse to change or delete a ledger entry', async () => {
    const { transactions } = await open();
    await transactions.run((tx) =>
      tx.query(
        `INSERT INTO ledger_entry (id, account_id, seq, src, dst, amount, actor_type, actor_id, available_after, held_after, created_at)
         VALUES ('e', 'a', 1, 'GRANTED', 'AVAILABLE', 5, 'system', 'test', 5, 0, 1)`,
      ),
    );

    await expect(transactions.run((tx) => tx.query('UPDATE ledger_entry SET amount = 6'))).rejects.toThrow(
      'append-only',
    );
    await expect(transactions.run((tx) => tx.query('DELETE FROM ledger_entry'))).rejects.toThrow('append-only');
  });

  test('runs every path of a hundred requests without one that hangs', async () => {
    const database = await open();

    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await database.transactions.run((tx) => tx.query(INSERT, [`r${index}`, `o${index}`, 1, 1]));
        await database.dataSource.query('SELECT COUNT(*) FROM credit_account');
      }),
    );

    expect(await available(database, 'r99')).toBe(1);
  });
});
