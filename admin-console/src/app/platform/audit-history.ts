import type { AuditTargetType } from '@atelier/contracts';

export const AUDIT_LOG_PATH = '/admin/audit-log';

/** The query of the audit log's page that shows everything that ever happened to one thing. */
export function historyOf(type: AuditTargetType, id: string | number) {
  return { target: `${type}:${id}`, range: 'all' } as const;
}
