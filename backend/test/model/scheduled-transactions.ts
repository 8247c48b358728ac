import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transactions, carryOut } from '../../src/platform/database/index.js';

/** What somebody does while others do something else. */
export interface Operation {
  /** Resolves when it is this operation's turn to write. */
  turn(): Promise<unknown>;
  /** Called when everything that its transaction says has been said, whether it will be committed or not. */
  acted(): void;
}

const operations = new AsyncLocalStorage<Operation>();

/** Runs the body as part of an operation. */
export const asOperation = <Result>(operation: Operation, body: () => Promise<Result>): Promise<Result> =>
  operations.run(operation, body);

/** The product's transactions, begun in the order that somebody else decides where they are part of an operation. */
@Injectable()
export class ScheduledTransactions extends Transactions {
  override async run<Result>(body: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    const operation = operations.getStore();
    if (!operation) return super.run(body);
    await operation.turn();
    return super.run(async (tx) => {
      try {
        const result = await body(tx);
        // Together with the commit, of two that waited for each other nobody could say which was first.
        await carryOut(tx);
        return result;
      } finally {
        operation.acted();
      }
    });
  }
}
