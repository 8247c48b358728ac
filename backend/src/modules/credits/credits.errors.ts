import { DomainError } from '../../platform/errors/index.js';

export class InsufficientCreditsError extends DomainError {
  constructor(required: number, available: number) {
    const missing = required - available;
    super(
      'credits.insufficient',
      'insufficient_credits',
      `This costs ${required} credits and you have ${available}. You need ${missing} more. Nothing was charged.`,
    );
  }
}

export class AccountFrozenError extends DomainError {
  constructor() {
    super(
      'credits.account_frozen',
      'forbidden',
      'Your credits are frozen while an administrator checks the ledger. Nothing was charged.',
    );
  }
}

/** An account whose books contradict themselves stays frozen: it would be frozen again by the next audit. */
export class AccountContradictoryError extends DomainError {
  constructor(findings: readonly string[]) {
    super(
      'credits.account_contradictory',
      'conflict',
      `The account stays frozen, because its books still contradict themselves: ${findings.join('; ')}.`,
    );
  }
}

export class InvalidGrantError extends DomainError {
  constructor(message: string) {
    super('credits.grant_invalid', 'invalid', message);
  }
}

/** Books that contradict themselves: our fault, never the caller's. */
export class LedgerContradictionError extends Error {
  override readonly name = 'LedgerContradictionError';
}
