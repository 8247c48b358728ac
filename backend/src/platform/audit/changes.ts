import type { AuditFacts } from '@atelier/contracts';

/** What of a thing is different now, as it was and as it is. Undefined when nothing is. */
export function changesBetween<Facts extends AuditFacts>(
  before: Facts,
  after: Facts,
): { before: AuditFacts; after: AuditFacts } | undefined {
  const changed = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length === 0) return undefined;
  const pick = (facts: Facts): AuditFacts => Object.fromEntries(changed.map((key) => [key, facts[key] ?? null]));
  return { before: pick(before), after: pick(after) };
}
