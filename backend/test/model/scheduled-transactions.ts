import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transactions } from '../../src/platform/database/index.js';

/** What somebody does while others do something else. */
export interface Operation {
  /** Resolves when it is this operation's turn to write. */
  turn(): Promise<unknown>;
}

const operations = new AsyncLocalStorage<Operation>();

/** Runs the body as part of an operation. */
export const asOperation = <Result>(operation: Operation, body: () => Promise<Result>): Promise<Result> =>
  operations.run(operation, body);

/**
 * The product's transactions, begun in the order that somebody else decides where they are part of an operation. Nothing
 * else about them is different: what they say to the database, and when, is what they say to it in the product.
 */
@Injectable()
export class ScheduledTransactions extends Transactions {
  override async run<Result>(body: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    await operations.getStore()?.turn();
    return super.run(body);
  }
}
