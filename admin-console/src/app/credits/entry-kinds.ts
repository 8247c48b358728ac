import type { LedgerEntry, LedgerEntryKind } from '@atelier/contracts';
import type { IconName } from '../ui/icon-paths';

export interface EntryKind {
  readonly label: string;
  readonly icon: IconName;
  readonly sign: 1 | -1;
  /** What happened, when the entry carries no reason of its own. */
  readonly description: string;
  /** Set where the amount is not one that the available balance moved by. */
  readonly remark?: string;
}

/** How each kind of entry reads. Amounts on the wire are positive; the kind gives the sign. */
export const ENTRY_KINDS: Record<LedgerEntryKind, EntryKind> = {
  grant: { label: 'Grant', icon: 'add', sign: 1, description: 'Credits added' },
  capture: { label: 'Used', icon: 'image', sign: -1, description: 'Image delivered', remark: 'from hold' },
  hold: { label: 'Held', icon: 'pending', sign: -1, description: 'Generation started' },
  release: { label: 'Returned', icon: 'undo', sign: 1, description: 'Not used' },
  revoke: { label: 'Revoked', icon: 'remove', sign: -1, description: 'Credits taken back' },
};

/** Order of the filter. */
export const ENTRY_KIND_ORDER: readonly LedgerEntryKind[] = ['grant', 'capture', 'hold', 'release', 'revoke'];

export function signedAmount(entry: LedgerEntry): number {
  return ENTRY_KINDS[entry.kind].sign * entry.amount;
}

/** Who caused an entry, as far as the reader may know: names of other people are not in the ledger. */
export function actorName(actor: string, ownId: number | undefined): string {
  if (actor === `user:${ownId}`) return 'You';
  return actor.startsWith('user:') ? 'Admin' : 'Atelier';
}
