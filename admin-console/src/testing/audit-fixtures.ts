import type { AuditEntry } from '@atelier/contracts';

/** An entry of the audit log, for specs. */
export function auditEntry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    sequence: 12,
    at: '2026-11-28T10:00:00.000Z',
    actor: { id: 1, name: 'Ana', api_key_id: null, api_key_name: null },
    action: 'settings.change',
    target: { type: 'settings', id: 'credit_price_standard', name: null },
    before: { credit_price_standard: '4' },
    after: { credit_price_standard: '5' },
    result: 'success',
    detail: null,
    address: '192.0.2.1',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
    request_id: 'c48af257-59fc-4bfb-9b5f-c736d3636a1d',
    hash: 'a'.repeat(64),
    ...changes,
  };
}
