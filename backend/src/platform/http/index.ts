export * from './answers.decorator.js';
export * from './caller-leaves.js';
export * from './idempotency-key.decorator.js';
export * from './public.decorator.js';
export * from './request-id.js';
export * from './session-strategy.js';
export * from './event-stream.js';
