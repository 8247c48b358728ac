export { type KeyedRequest, IdempotencyKeys, type Outcome } from './idempotency-keys.js';
export { IdempotencyModule } from './idempotency.module.js';
