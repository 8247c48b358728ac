import type { DomainError } from '../../../platform/errors/index.js';
import type { GenerationItem } from './generation-item.entity.js';

type ItemFailure = Pick<
  GenerationItem,
  'state' | 'leaseUntil' | 'completedAt' | 'errorCode' | 'errorKind' | 'errorDetail' | 'errorRetryable'
>;

/** What becomes of an item that is given up for good. */
export function itemFailure(error: DomainError, completedAt: number): ItemFailure {
  return {
    state: 'FAILED',
    leaseUntil: 0,
    completedAt,
    errorCode: error.code,
    errorKind: error.kind,
    errorDetail: error.message.slice(0, 500),
    errorRetryable: error.retryable ? 1 : 0,
  };
}
