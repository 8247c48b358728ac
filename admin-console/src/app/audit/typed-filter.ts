import type { AuditAction, AuditTargetType } from '@atelier/contracts';
import { type AuditFilter, type AuditRange, readActor } from './audit-filter';

/** A filter as a form holds it: nothing is an empty text. */
export interface TypedFilter {
  readonly range: AuditRange;
  readonly from: string;
  readonly to: string;
  /** Empty, `system`, or the number of an account. */
  readonly actor: string;
  readonly apiKeyId: string;
  readonly action: AuditAction | '';
  readonly targetType: AuditTargetType | '';
  readonly targetId: string;
  readonly address: string;
  readonly result: 'success' | 'refused' | '';
}

export function typedFilter(filter: AuditFilter): TypedFilter {
  return {
    range: filter.range,
    from: filter.from ?? '',
    to: filter.to ?? '',
    actor: filter.actorId === undefined ? '' : String(filter.actorId),
    apiKeyId: filter.apiKeyId ?? '',
    action: filter.action ?? '',
    targetType: filter.target?.type ?? '',
    targetId: filter.target?.id ?? '',
    address: filter.address ?? '',
    result: filter.result ?? '',
  };
}

export function filterOf(typed: TypedFilter): AuditFilter {
  const { range, from, to, actor, apiKeyId, action, targetType, targetId, address, result } = typed;
  const isCustom = range === 'custom';
  return {
    range,
    from: isCustom ? textOrNothing(from) : undefined,
    to: isCustom ? textOrNothing(to) : undefined,
    actorId: readActor(actor),
    apiKeyId: textOrNothing(apiKeyId),
    action: action === '' ? undefined : action,
    target: targetType === '' ? undefined : { type: targetType, id: textOrNothing(targetId) },
    address: textOrNothing(address),
    result: result === '' ? undefined : result,
  };
}

const textOrNothing = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
