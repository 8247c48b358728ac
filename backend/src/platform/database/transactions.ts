import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { DomainError } from '../errors/index.js';
import { tellOfCommit } from './after-commit.js';
import { isConflict } from './database-errors.js';
import { commit } from './last-statements.js';
import { GroupLostError } from './shared-commits.js';
import { insideTransaction } from './transaction-scope.js';

const MAX_ATTEMPTS = 10;
const BACKOFF_MIN_MS = 5;
const BACKOFF_MAX_MS = 200;
const SLOW_AFTER_MS = 1_000;
const ABORT_AFTER_MS = 5_000;

/** The one way to write: short bodies, no network, file or image work inside, retried whole when the database says so. */
@Injectable()
export class Transactions {
  readonly #logger = new Logger(Transactions.name);

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Runs the body in one transaction and commits it.
   * @param body uses nothing but the manager it is given, and may run more than once
   * @throws whatever the body throws, after rolling back
   * @throws DomainError `server.unavailable` when the transaction stays open for longer than 5 s
   */
  async run<Result>(body: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(body);
      } catch (error) {
        if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error;
        await sleep(BACKOFF_MIN_MS + Math.random() * (BACKOFF_MAX_MS - BACKOFF_MIN_MS));
      }
    }
  }

  async #attempt<Result>(body: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const watchdog = this.#watchdog();
      try {
        const result = await insideTransaction(runner, () => body(runner.manager), watchdog.expired);
        await commit(runner);
        tellOfCommit(runner);
        return result;
      } catch (error) {
        const failure = await this.#rolledBack(runner, error);
        // Statements at its end wait for others as well, and nobody is to wait that long several times.
        throw watchdog.hasExpired() && isConflict(failure) ? tookTooLong() : failure;
      } finally {
        watchdog.stop();
      }
    } finally {
      await runner.release();
    }
  }

  /** @returns the error that explains why nothing was kept */
  async #rolledBack(runner: QueryRunner, error: unknown): Promise<unknown> {
    try {
      await runner.rollbackTransaction();
    } catch (failure) {
      // The body may have failed over something that it saw of the others in its group, none of which happened.
      if (failure instanceof GroupLostError) return failure;
      // The connection is gone, and with it the transaction; the first error is the one that explains why.
      this.#logger.warn({ err: failure }, 'A transaction could not be rolled back');
    }
    return error;
  }

  #watchdog(): { expired: Promise<never>; hasExpired: () => boolean; stop: () => void } {
    const slow = setTimeout(
      () => this.#logger.warn(`A transaction is open for more than ${SLOW_AFTER_MS} ms`),
      SLOW_AFTER_MS,
    );
    let abort: NodeJS.Timeout | undefined;
    let hasExpired = false;
    const expired = new Promise<never>((_, reject) => {
      abort = setTimeout(() => {
        hasExpired = true;
        reject(tookTooLong());
      }, ABORT_AFTER_MS);
    });
    return {
      expired,
      hasExpired: () => hasExpired,
      stop: () => {
        clearTimeout(slow);
        clearTimeout(abort);
      },
    };
  }
}

const tookTooLong = (): DomainError =>
  new DomainError('server.unavailable', 'unavailable', 'The database took too long. Try again.', { retryable: true });
