import { type AuditEntry, AuditFacts } from '@atelier/contracts';
import type { AuditEntryRow } from '../../platform/audit/index.js';
import { toInstant } from '../../platform/time/index.js';

/** What administrators see of an entry. */
export function auditEntryView(row: AuditEntryRow): AuditEntry {
  return {
    sequence: row.sequence,
    at: toInstant(row.at),
    actor: row.actorId === null ? null : { id: row.actorId, name: row.actorName ?? '', api_key_id: row.apiKeyId },
    action: row.action,
    target: row.targetType === null ? null : { type: row.targetType, id: row.targetId ?? '' },
    before: factsOf(row.before),
    after: factsOf(row.after),
    result: row.result,
    detail: row.detail,
    address: row.address,
    request_id: row.requestId,
    hash: row.hash,
  };
}

const factsOf = (json: string | null): AuditFacts | null => (json === null ? null : AuditFacts.parse(JSON.parse(json)));
