import { LEDGER_ENTRY_KINDS, type LedgerEntry as LedgerEntryView, type LedgerEntryKind } from '@atelier/contracts';
import { toInstant } from '../../platform/time/index.js';
import { LedgerContradictionError } from './credits.errors.js';
import { type LedgerEntry, MOVEMENTS } from './ledger-entry.entity.js';

/** One line of the statement as the API shows it. */
export function toLedgerEntry(entry: LedgerEntry): LedgerEntryView {
  return {
    id: entry.id,
    kind: kindOf(entry),
    amount: entry.amount,
    available_after: entry.availableAfter,
    held_after: entry.heldAfter,
    generation_id: entry.generationId,
    image_id: entry.imageId,
    reason: entry.reason,
    actor: entry.actorType === 'system' ? 'system' : `user:${entry.actorId}`,
    created_at: toInstant(entry.createdAt),
  };
}

function kindOf({ id, src, dst }: LedgerEntry): LedgerEntryKind {
  const kind = LEDGER_ENTRY_KINDS.find(
    (candidate) => MOVEMENTS[candidate].src === src && MOVEMENTS[candidate].dst === dst,
  );
  if (!kind) throw new LedgerContradictionError(`Entry ${id} moves credits from ${src} to ${dst}`);
  return kind;
}
