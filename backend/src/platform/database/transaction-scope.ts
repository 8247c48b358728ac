import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryRunner } from 'typeorm';

interface TransactionScope {
  readonly runner: QueryRunner;
  isOpen: boolean;
}

const scopes = new AsyncLocalStorage<TransactionScope>();

/** Raised at once when code inside a transaction talks to the database past the manager it was given, or after its end. */
export class OutsideTransactionError extends Error {
  override readonly name = 'OutsideTransactionError';

  constructor() {
    super(
      'A statement was issued outside its transaction; use the manager that Transactions.run passes, until its body ends.',
    );
  }
}

/**
 * Runs the body of a transaction so that the assertions below notice it.
 * @param abandoned rejects when the transaction is to end although the body has not
 */
export async function insideTransaction<Result>(
  runner: QueryRunner,
  body: () => Promise<Result>,
  abandoned: Promise<never>,
): Promise<Result> {
  // Work that outlives the transaction (a timer set in its body) inherits the scope, hence the flag.
  const scope: TransactionScope = { runner, isOpen: true };
  try {
    return await Promise.race([scopes.run(scope, body), abandoned]);
  } finally {
    scope.isOpen = false;
  }
}

/** @throws OutsideTransactionError when called from the body of an open transaction */
export function assertOutsideTransaction(): void {
  if (scopes.getStore()?.isOpen) throw new OutsideTransactionError();
}

/** @throws OutsideTransactionError when a body still uses its manager although its transaction has ended */
export function assertNotLate(runner: QueryRunner): void {
  const scope = scopes.getStore();
  if (scope?.runner === runner && !scope.isOpen) throw new OutsideTransactionError();
}
