import type { LedgerEntryKind } from '@atelier/contracts';
import { CREDITS_MAX } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import { atLast } from '../../platform/database/index.js';
import { type LedgerEntry, MOVEMENTS } from './ledger-entry.entity.js';

/** Who caused a movement. */
export interface LedgerActor {
  readonly type: 'user' | 'system';
  readonly id: string;
}

/** Names one account in a WHERE clause: a user's need not be looked up first. */
export interface AccountKey {
  readonly condition: string;
  readonly parameters: readonly string[];
}

export const accountOfUser = (userId: number): AccountKey => ({
  condition: `owner_type = 'user' AND owner_id = ?`,
  parameters: [String(userId)],
});

export const accountById = (id: string): AccountKey => ({ condition: 'id = ?', parameters: [id] });

/** One line of the statement, without what follows from the account. */
export type EntryDraft = Pick<
  LedgerEntry,
  'id' | 'amount' | 'holdId' | 'itemId' | 'generationId' | 'imageId' | 'reason'
>;

export interface AccountMovement {
  readonly kind: LedgerEntryKind;
  /** One line each; only holds come in numbers. */
  readonly entries: readonly EntryDraft[];
  readonly actor: LedgerActor;
  readonly now: number;
}

/** How each movement changes an account and when it may; every `?` is the sum of the movement. */
const CHANGES: Record<LedgerEntryKind, { readonly set: string; readonly guard: string }> = {
  grant: { set: 'granted = granted + ?, available = available + ?', guard: `granted + ? <= ${CREDITS_MAX}` },
  revoke: { set: 'granted = granted - ?, available = available - ?', guard: 'available >= ?' },
  hold: { set: 'available = available - ?, held = held + ?', guard: `status = 'ACTIVE' AND available >= ?` },
  capture: { set: 'held = held - ?, consumed = consumed + ?', guard: 'held >= ?' },
  release: { set: 'held = held - ?, available = available + ?', guard: 'held >= ?' },
};

const ENTRY_COLUMNS =
  'id, account_id, seq, src, dst, amount, hold_id, item_id, generation_id, image_id, actor_type, actor_id, reason, available_after, held_after, created_at';
const ENTRY_VALUES = '?, id, seq - ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, available + ?, held - ?, ?';

/**
 * Moves credits of one account and writes the lines about it, at the end of the transaction: from the first statement on
 * the account is locked and everybody else's credits of that account wait. The second takes the balance from the row.
 * @param refused says why, where the account has not what it takes; nothing of the transaction is kept then
 */
export function moveCredits(
  tx: EntityManager,
  account: AccountKey,
  { kind, entries, actor, now }: AccountMovement,
  refused: () => Promise<Error>,
): void {
  const total = sumOf(entries);
  const { set, guard } = CHANGES[kind];
  const change = `UPDATE credit_account SET ${set}, seq = seq + ? WHERE ${account.condition} AND ${guard}`;
  const { src, dst } = MOVEMENTS[kind];
  const line = `SELECT ${ENTRY_VALUES} FROM credit_account WHERE ${account.condition}`;
  atLast(
    tx,
    { sql: change, parameters: [total, total, entries.length, ...account.parameters, total], refused },
    {
      sql: `INSERT INTO ledger_entry (${ENTRY_COLUMNS}) ${entries.map(() => line).join(' UNION ALL ')}`,
      parameters: entries.flatMap((entry, index) => {
        // The row says how the last line leaves it; each line before has not yet moved what comes after it.
        const later = entries.slice(index + 1);
        return [
          ...[entry.id, later.length, src, dst, entry.amount],
          ...[entry.holdId, entry.itemId, entry.generationId, entry.imageId],
          ...[actor.type, actor.id, entry.reason, sumOf(later), sumOf(later), now],
          ...account.parameters,
        ];
      }),
    },
  );
}

const sumOf = (entries: readonly EntryDraft[]): number => entries.reduce((sum, { amount }) => sum + amount, 0);
