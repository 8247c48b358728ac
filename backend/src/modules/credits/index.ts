export { CreditLedger, type LedgerActor, SYSTEM_ACTOR } from './credit-ledger.js';
export { AccountFrozenError, InsufficientCreditsError } from './credits.errors.js';
export { CreditsModule } from './credits.module.js';
export { CreditsService } from './credits.service.js';
export { ExpiredHolds } from './expired-holds.js';
export { LedgerAudit, type LedgerFindings } from './ledger-audit.js';
