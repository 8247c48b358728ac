import type { AuditEntry, AuditExportQuery } from '@atelier/contracts';

type Format = AuditExportQuery['format'];

const COLUMNS = [
  'sequence',
  'at',
  'actor_id',
  'actor_name',
  'api_key_id',
  'api_key_name',
  'action',
  'target_type',
  'target_id',
  'target_name',
  'before',
  'after',
  'result',
  'detail',
  'address',
  'user_agent',
  'request_id',
  'hash',
] as const;

/** What comes before the entries. */
export const headOf: Record<Format, string> = { csv: `${COLUMNS.join(',')}\r\n`, jsonl: '' };

/** One entry in one line. */
export const lineOf: Record<Format, (entry: AuditEntry) => string> = {
  jsonl: (entry) => `${JSON.stringify(entry)}\n`,
  csv: (entry) => {
    const { actor, target, before, after, ...rest } = entry;
    const row = {
      ...rest,
      actor_id: actor?.id ?? null,
      actor_name: actor?.name ?? null,
      api_key_id: actor?.api_key_id ?? null,
      api_key_name: actor?.api_key_name ?? null,
      target_type: target?.type ?? null,
      target_id: target?.id ?? null,
      target_name: target?.name ?? null,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
    };
    return `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`;
  },
};

/** RFC 4180; and text that a spreadsheet would take for a formula is kept from being one. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
