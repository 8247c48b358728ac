export { AuditEntryRow, AuditHead } from './audit-entry.entity.js';
export { verifyChain } from './audit-chain.js';
export { type AuditActor, type AuditEvent, AuditLog, type AuditOrigin } from './audit-log.js';
export { AuditLogModule } from './audit.module.js';
export { changesBetween } from './changes.js';
