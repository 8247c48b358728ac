export { Outbox, type OutboxEvent, OutboxTakenError } from './outbox.js';
export { OutboxMessage } from './outbox-message.entity.js';
export { OutboxModule } from './outbox.module.js';
export { OutboxSubscription } from './outbox-subscription.entity.js';
