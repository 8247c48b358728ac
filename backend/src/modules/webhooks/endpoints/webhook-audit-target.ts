import type { AuditEvent } from '../../../platform/audit/index.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** An endpoint as the audit log names it. Of its address the host alone: a path or a query may hold a secret. */
export function auditTargetOf({
  id,
  url,
  description,
}: Pick<WebhookEndpoint, 'id' | 'url' | 'description'>): NonNullable<AuditEvent['target']> {
  return { type: 'webhook', id, name: description === '' ? new URL(url).host : description };
}
