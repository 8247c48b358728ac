import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gate } from './gate.js';
import type { SqliteConnection } from './sqlite-connection.js';

/** How much one COMMIT may carry: whoever comes first waits for it, and no single statement is let through meanwhile. */
export interface CommitLimits {
  readonly transactions: number;
  /** Counted from the first transaction's beginning; none joins afterwards. */
  readonly ms: number;
}

/** SQLite's own word for why a group was lost, for {@link isConflict} and its like. */
function codeOf(error: unknown): unknown {
  const source = typeof error === 'object' && error !== null && 'driverError' in error ? error.driverError : error;
  return typeof source === 'object' && source !== null && 'code' in source ? source.code : undefined;
}

/** Nothing was kept of transactions that were to be committed together: the COMMIT failed, or SQLite rolled back by itself. */
export class GroupLostError extends Error {
  override readonly name = 'GroupLostError';
  readonly code: unknown;

  constructor(cause: unknown) {
    super('The transaction was lost together with those that were to be committed with it', { cause });
    this.code = codeOf(cause);
  }
}

/** Transactions between one BEGIN and one COMMIT. Each has a savepoint of its own, and they run one after the other. */
class CommitGroup {
  readonly beganAtMs = performance.now();
  readonly #outcome = Promise.withResolvers<undefined>();
  #lost: GroupLostError | undefined;
  transactions = 0;
  hasLingered = false;

  constructor(readonly leave: () => void) {
    // Whoever takes part is told by `outcome`; with nobody left there is nobody to tell.
    this.#outcome.promise.catch(() => undefined);
  }

  get lost(): GroupLostError | undefined {
    return this.#lost;
  }

  lose(cause: unknown): GroupLostError {
    this.#lost ??= new GroupLostError(cause);
    return this.#lost;
  }

  /** Tells everybody who took part what became of the group. */
  tell(): void {
    if (this.#lost) this.#outcome.reject(this.#lost);
    else this.#outcome.resolve(undefined);
  }

  get outcome(): Promise<undefined> {
    return this.#outcome.promise;
  }
}

/**
 * Commits SQLite transactions that come close upon each other together, so that they share the wait for the disk.
 *
 * A transaction that ends while others wait at the gate is not committed yet: the next one runs in a savepoint of its own
 * within the same BEGIN. One that fails is rolled back to its savepoint and takes nobody along. The last one commits for
 * all, and only then is anyone told how it went; a transaction that failed waits as well, because it may have failed over
 * something that it saw of the others. When the COMMIT fails, or SQLite gives everything up, all of them have failed.
 * Nobody else sees any of it before the COMMIT: other readers have a connection of their own.
 */
export class SharedCommits {
  #open: CommitGroup | undefined;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly gate: Gate,
    private readonly limits: CommitLimits,
  ) {}

  /** Waits for the turn and opens a transaction: the first one of a group, or another in the group that is open. */
  async join(): Promise<SharedTransaction> {
    const leave = await this.gate.acquire('transaction');
    const group = (this.#open ??= this.#begin(leave));
    group.transactions += 1;
    try {
      this.connection.execute('SAVEPOINT shared_transaction');
    } catch (error) {
      group.lose(error);
      await this.#next(group).catch(() => undefined);
      throw error;
    }
    return new SharedTransaction(this.connection, group, () => this.#next(group));
  }

  #begin(leave: () => void): CommitGroup {
    try {
      // Immediate: a reader that turns into a writer fails at once when another process has written, whatever the timeout.
      this.connection.execute('BEGIN IMMEDIATE');
      return new CommitGroup(leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Lets the next transaction into the group, or commits it. @returns the outcome of the group */
  async #next(group: CommitGroup): Promise<void> {
    if (this.#passOn(group)) return group.outcome;
    if (!group.hasLingered && this.#hasRoom(group)) {
      // What has arrived at the process already is let in, so that others need not come at the very same moment.
      group.hasLingered = true;
      await nextTurn();
      if (this.#passOn(group)) return group.outcome;
    }
    this.#close(group);
    return group.outcome;
  }

  #passOn(group: CommitGroup): boolean {
    return this.#hasRoom(group) && this.gate.passToTransaction();
  }

  #hasRoom({ lost, transactions, beganAtMs }: CommitGroup): boolean {
    return !lost && transactions < this.limits.transactions && performance.now() - beganAtMs < this.limits.ms;
  }

  #close(group: CommitGroup): void {
    this.#open = undefined;
    try {
      if (!group.lost) this.connection.execute('COMMIT');
    } catch (error) {
      group.lose(error);
    }
    try {
      if (this.connection.isInTransaction) this.connection.execute('ROLLBACK');
    } finally {
      group.tell();
      group.leave();
    }
  }
}

/** One transaction of a group, from its savepoint to its end. */
export class SharedTransaction {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly group: CommitGroup,
    private readonly next: () => Promise<void>,
  ) {}

  /** @throws GroupLostError when SQLite has rolled everything back: a statement would now be committed by itself */
  assertAlive(): void {
    if (this.group.lost) throw this.group.lost;
    if (!this.connection.isInTransaction) throw this.group.lose(new Error('SQLite has ended the transaction'));
  }

  /** Looks, after a statement has failed, whether the whole group is lost with it. */
  hasFailed(error: unknown): void {
    if (!this.connection.isInTransaction) this.group.lose(error);
  }

  /** Resolves when what was written is durable. @throws GroupLostError */
  keep(): Promise<void> {
    return this.#end('RELEASE shared_transaction');
  }

  /** Resolves when what the transaction may have seen of others is durable. @throws GroupLostError */
  discard(): Promise<void> {
    return this.#end('ROLLBACK TO shared_transaction', 'RELEASE shared_transaction');
  }

  #end(...statements: string[]): Promise<void> {
    try {
      this.assertAlive();
      for (const statement of statements) this.connection.execute(statement);
    } catch (error) {
      this.group.lose(error);
    }
    return this.next();
  }
}
