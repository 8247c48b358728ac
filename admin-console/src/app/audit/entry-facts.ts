import type { AuditEntry } from '@atelier/contracts';
import { factInWords, factName } from './fact-words';

/** One recorded field, as it was and as it is; undefined where the entry says nothing about that side. */
export interface FactDifference {
  readonly field: string;
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What an entry changed, field by field, in the order in which it was recorded. */
export function differencesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): readonly FactDifference[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => {
    const name = factName(field);
    const side = (facts: AuditEntry['before']) =>
      facts !== null && Object.hasOwn(facts, field) ? factInWords(field, facts[field]) : undefined;
    return {
      field,
      name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      before: side(before),
      after: side(after),
    };
  });
}
