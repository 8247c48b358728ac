import { createHash } from 'node:crypto';
import type { AuditVerification } from '@atelier/contracts';
import { type EntityManager, MoreThan } from 'typeorm';
import { AuditEntryRow, AuditHead } from './audit-entry.entity.js';

/** What comes before the first entry. */
export const CHAIN_START = { sequence: 0, hash: '0'.repeat(64) } as const;

const BATCH = 1_000;

/** The hash of an entry: over all of it, and over the hash of the entry before it. */
export function hashOfEntry(entry: Omit<AuditEntryRow, 'hash'>, previousHash: string): string {
  // An array, since its order is certain: the same entry must be written the same way for ever.
  const facts = [
    entry.sequence,
    entry.at,
    entry.actorId,
    entry.actorName,
    entry.apiKeyId,
    entry.action,
    entry.targetType,
    entry.targetId,
    entry.before,
    entry.after,
    entry.result,
    entry.detail,
    entry.address,
    entry.requestId,
    ...laterFactsOf(entry),
  ];
  return createHash('sha256')
    .update(`${previousHash}\n${JSON.stringify(facts)}`)
    .digest('hex');
}

/**
 * What entries have had only since a later version. One without any of it is hashed as it was before that version, so
 * that old entries still fit; nothing can be added to one or taken from one, since then the number of facts is another.
 */
function laterFactsOf({ userAgent, targetName }: Omit<AuditEntryRow, 'hash'>): (string | null)[] {
  return userAgent === null && targetName === null ? [] : [userAgent, targetName];
}

/** Follows the chain from its beginning to its end, entry by entry. */
export async function verifyChain(manager: EntityManager): Promise<AuditVerification> {
  // First, so that entries that are written meanwhile are more than expected, which is no fault.
  const head = (await manager.findOneBy(AuditHead, { id: 1 })) ?? CHAIN_START;
  let last: { readonly sequence: number; readonly hash: string } = CHAIN_START;
  for (;;) {
    const entries = await manager.find(AuditEntryRow, {
      where: { sequence: MoreThan(last.sequence) },
      order: { sequence: 'ASC' },
      take: BATCH,
    });
    for (const entry of entries) {
      const isNext = entry.sequence === last.sequence + 1 && entry.hash === hashOfEntry(entry, last.hash);
      const isAsKnown = entry.sequence !== head.sequence || entry.hash === head.hash;
      if (!isNext || !isAsKnown) return broken(last);
      last = entry;
    }
    if (entries.length < BATCH) return last.sequence < head.sequence ? broken(last) : whole(last);
  }
}

const whole = ({ sequence, hash }: { sequence: number; hash: string }): AuditVerification => ({
  entries_checked: sequence,
  broken_at: null,
  last_hash: sequence === 0 ? null : hash,
});

const broken = (last: { sequence: number; hash: string }): AuditVerification => ({
  ...whole(last),
  broken_at: last.sequence + 1,
});
