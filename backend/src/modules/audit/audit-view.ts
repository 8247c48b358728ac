import { type AuditEntry, AuditFacts, type AuditTargetType } from '@atelier/contracts';
import type { AuditEntryRow } from '../../platform/audit/index.js';
import { toInstant } from '../../platform/time/index.js';

/** What entries know by id alone. */
export interface AuditNames {
  readonly users: ReadonlyMap<string, string>;
  readonly apiKeys: ReadonlyMap<string, string>;
}

/** What administrators see of an entry. */
export function auditEntryView(row: AuditEntryRow, names: AuditNames): AuditEntry {
  return {
    sequence: row.sequence,
    at: toInstant(row.at),
    actor: actorOf(row, names),
    action: row.action,
    target: targetOf(row, names),
    before: factsOf(row.before),
    after: factsOf(row.after),
    result: row.result,
    detail: row.detail,
    address: row.address,
    user_agent: row.userAgent,
    request_id: row.requestId,
    hash: row.hash,
  };
}

function actorOf({ actorId, actorName, apiKeyId }: AuditEntryRow, names: AuditNames): AuditEntry['actor'] {
  if (actorId === null) return null;
  const keyName = apiKeyId === null ? undefined : names.apiKeys.get(apiKeyId);
  return { id: actorId, name: actorName ?? '', api_key_id: apiKeyId, api_key_name: keyName ?? null };
}

function targetOf({ targetType: type, targetId, targetName }: AuditEntryRow, names: AuditNames): AuditEntry['target'] {
  if (type === null) return null;
  const id = targetId ?? '';
  return { type, id, name: targetName ?? currentName(type, id, names) ?? null };
}

/** Accounts are never deleted; and old entries of keys do not have their names. */
function currentName(type: AuditTargetType, id: string, { users, apiKeys }: AuditNames): string | undefined {
  if (type === 'api_key') return apiKeys.get(id);
  return isAccount(type) ? users.get(id) : undefined;
}

/** Of which users and keys the names are wanted. */
export function namedIn(rows: readonly AuditEntryRow[]): { userIds: number[]; apiKeyIds: string[] } {
  const targets = (isWanted: (type: AuditTargetType) => boolean): string[] =>
    rows.flatMap(({ targetType, targetId, targetName }) =>
      targetType !== null && targetId !== null && targetName === null && isWanted(targetType) ? [targetId] : [],
    );
  const callers = rows.flatMap(({ apiKeyId }) => apiKeyId ?? []);
  return {
    userIds: [...new Set(targets(isAccount))].map(Number),
    apiKeyIds: [...new Set([...callers, ...targets((type) => type === 'api_key')])],
  };
}

/** A credit account goes by the number of its user. */
const isAccount = (type: AuditTargetType): boolean => type === 'user' || type === 'credit_account';

const factsOf = (json: string | null): AuditFacts | null => (json === null ? null : AuditFacts.parse(JSON.parse(json)));
