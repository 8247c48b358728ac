import type { AuditAction, AuditTargetType } from '@atelier/contracts';
import type { ParamMap, Params } from '@angular/router';
import { isAuditAction } from './audit-sentences';
import { isTargetType } from './audit-targets';

export const AUDIT_RANGES = ['24h', '7d', '30d', '90d', 'all', 'custom'] as const;
export type AuditRange = (typeof AUDIT_RANGES)[number];

export const RANGE_LABELS: Readonly<Record<AuditRange, string>> = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  all: 'All time',
  custom: 'Custom dates',
};

const RANGE_HOURS: Readonly<Partial<Record<AuditRange, number>>> = {
  '24h': 24,
  '7d': 7 * 24,
  '30d': 30 * 24,
  '90d': 90 * 24,
};

export const DEFAULT_RANGE = '7d';

const HOUR_MS = 3_600_000;
/** The part of a key that is no secret. */
export const API_KEY_ID = /^[0-9a-z]{12}$/;

/** Of what is typed to find entries; no recorded id or address is longer. */
export const TEXT_MAX_LENGTH = 64;

/** Somebody's account, or the server itself. */
export type AuditActorId = number | 'system';

/** Which entries are shown. What is undefined narrows nothing. */
export interface AuditFilter {
  readonly range: AuditRange;
  /** First and last day, `YYYY-MM-DD` in the reader's time zone; only with `custom`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly actorId?: AuditActorId | undefined;
  /** The key that they came with. */
  readonly apiKeyId?: string | undefined;
  readonly action?: AuditAction | undefined;
  readonly target?: { readonly type: AuditTargetType; readonly id?: string | undefined } | undefined;
  readonly address?: string | undefined;
  readonly result?: 'success' | 'refused' | undefined;
}

/** Every filter in the state in which it narrows nothing, but for the dates. */
export const NO_FILTER = {
  range: DEFAULT_RANGE,
  from: undefined,
  to: undefined,
  actorId: undefined,
  apiKeyId: undefined,
  action: undefined,
  target: undefined,
  address: undefined,
  result: undefined,
} as const satisfies AuditFilter;

/** The filter that an address of the page holds; what makes no sense is left out. */
export function readFilter(query: ParamMap): AuditFilter {
  const range = AUDIT_RANGES.find((known) => known === query.get('range')) ?? DEFAULT_RANGE;
  const action = query.get('action');
  const result = query.get('result');
  const apiKeyId = query.get('key');
  return {
    range,
    ...(range === 'custom' && { from: dayOf(query.get('from')), to: dayOf(query.get('to')) }),
    actorId: readActor(query.get('actor')),
    apiKeyId: apiKeyId !== null && API_KEY_ID.test(apiKeyId) ? apiKeyId : undefined,
    action: isAuditAction(action) ? action : undefined,
    target: readTarget(query.get('target')),
    address: shortText(query.get('address')),
    result: result === 'success' || result === 'refused' ? result : undefined,
  };
}

/** The query of the page's address; null takes a parameter out of it. */
export function writeFilter(filter: AuditFilter): Params {
  const { range, from, to, actorId, apiKeyId, action, target, address, result } = filter;
  return {
    range: range === DEFAULT_RANGE ? null : range,
    from: (range === 'custom' && from) || null,
    to: (range === 'custom' && to) || null,
    actor: actorId ?? null,
    key: apiKeyId ?? null,
    action: action ?? null,
    target: target ? [target.type, ...(target.id === undefined ? [] : [target.id])].join(':') : null,
    address: address ?? null,
    result: result ?? null,
  };
}

/** What the server is asked for. @param nowMs where the days before now are counted from */
export function auditParams(filter: AuditFilter, nowMs: number): Readonly<Record<string, string | number>> {
  const { range, actorId, apiKeyId, action, target, address, result } = filter;
  const hours = RANGE_HOURS[range];
  const from = hours === undefined ? startOf(filter.from) : new Date(nowMs - hours * HOUR_MS);
  const to = endOf(filter.to);
  return {
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(actorId !== undefined && { actor_id: actorId }),
    ...(apiKeyId && { api_key_id: apiKeyId }),
    ...(action && { action }),
    ...(target && { target_type: target.type }),
    ...(target?.id !== undefined && { target_id: target.id }),
    ...(address && { address }),
    ...(result && { result }),
  };
}

/** Whether something happening now could be among the entries. */
export function includesNow(filter: AuditFilter, nowMs: number): boolean {
  const end = endOf(filter.to);
  return end === undefined || end.getTime() > nowMs;
}

export function readActor(text: string | null): AuditActorId | undefined {
  if (text === 'system') return text;
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function readTarget(text: string | null): AuditFilter['target'] {
  const [, type, id] = /^(\w+)(?::(.+))?$/.exec(text ?? '') ?? [];
  if (!isTargetType(type)) return undefined;
  return { type, id: shortText(id ?? null) };
}

const shortText = (text: string | null): string | undefined =>
  text === null || text.trim() === '' || text.length > TEXT_MAX_LENGTH ? undefined : text.trim();

const dayOf = (text: string | null): string | undefined => {
  const day = startOf(text ?? undefined);
  return day && text !== null ? text : undefined;
};

/** Midnight at the beginning of a day, where the reader is. */
function startOf(day: string | undefined): Date | undefined {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day ?? '') ? new Date(`${day}T00:00`) : undefined;
  return start && Number.isFinite(start.getTime()) ? start : undefined;
}

function endOf(day: string | undefined): Date | undefined {
  const end = startOf(day);
  end?.setDate(end.getDate() + 1);
  return end;
}
