import { AsyncLocalStorage } from 'node:async_hooks';

interface TransactionScope {
  isOpen: boolean;
}

const scopes = new AsyncLocalStorage<TransactionScope>();

/** Raised at once when code inside a transaction talks to the database past the manager it was given. */
export class OutsideTransactionError extends Error {
  override readonly name = 'OutsideTransactionError';

  constructor() {
    super(
      'A statement was issued outside the transaction that is open here; use the manager that Transactions.run passes.',
    );
  }
}

/** Runs the body of a transaction so that {@link assertOutsideTransaction} notices it. */
export async function insideTransaction<Result>(body: () => Promise<Result>): Promise<Result> {
  // Work that outlives the transaction (a timer set in its body) inherits the scope, hence the flag.
  const scope: TransactionScope = { isOpen: true };
  try {
    return await scopes.run(scope, body);
  } finally {
    scope.isOpen = false;
  }
}

/** @throws OutsideTransactionError when called from the body of an open transaction */
export function assertOutsideTransaction(): void {
  if (scopes.getStore()?.isOpen) throw new OutsideTransactionError();
}
