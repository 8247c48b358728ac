import * as z from 'zod';
import { CREDITS_MAX } from './limits.js';
import { Credits, Instant, PageQuery, UserId, Uuid, page } from './primitives.js';

/** `granted` is always `available + held + consumed`. */
export const Balance = z.strictObject({
  available: Credits,
  held: Credits,
  consumed: Credits,
  granted: Credits,
});
export type Balance = z.infer<typeof Balance>;

export const LEDGER_ENTRY_KINDS = ['grant', 'hold', 'capture', 'release', 'revoke'] as const;
export const LedgerEntryKind = z.enum(LEDGER_ENTRY_KINDS);
export type LedgerEntryKind = z.infer<typeof LedgerEntryKind>;

/** One line of the append-only ledger. */
export const LedgerEntry = z.strictObject({
  id: z.string(),
  kind: LedgerEntryKind,
  /** Always positive; the kind says which way the credits moved. */
  amount: z.int().positive().max(CREDITS_MAX),
  available_after: Credits,
  held_after: Credits,
  generation_id: Uuid.nullable(),
  image_id: Uuid.nullable(),
  reason: z.string().nullable(),
  /** Who caused it: `user:1`, `system`. */
  actor: z.string(),
  created_at: Instant,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const LedgerEntryPage = page(LedgerEntry);
export type LedgerEntryPage = z.infer<typeof LedgerEntryPage>;

/** The cursor is the number of the last entry that was read. */
export const LedgerEntryQuery = z.strictObject({
  ...PageQuery.shape,
  cursor: z.coerce.number().pipe(z.int().positive()).optional(),
  kind: LedgerEntryKind.optional(),
});
export type LedgerEntryQuery = z.infer<typeof LedgerEntryQuery>;

export const GrantRequest = z.strictObject({
  user_id: UserId,
  /** Credits to add; a negative amount revokes, down to what is available. */
  amount: z
    .int()
    .min(-CREDITS_MAX)
    .max(CREDITS_MAX)
    .refine((amount) => amount !== 0, 'must not be 0'),
  reason: z.string().trim().min(1).max(200),
});
export type GrantRequest = z.infer<typeof GrantRequest>;

export const Grant = z.strictObject({
  id: z.string(),
  balance: z.strictObject({ available: Credits, held: Credits }),
});
export type Grant = z.infer<typeof Grant>;

/** The books of one account that contradict themselves. */
export const LedgerMismatch = z.strictObject({
  user_id: UserId,
  /** What is wrong, in words. */
  finding: z.string(),
});
export type LedgerMismatch = z.infer<typeof LedgerMismatch>;

/** Mismatches that a report lists at most; the count tells of all. */
export const LISTED_MISMATCHES_MAX = 100;

/** An account that gets no new holds until an administrator has released it. */
export const FrozenAccount = z.strictObject({ user_id: UserId, name: z.string(), email: z.string() });
export type FrozenAccount = z.infer<typeof FrozenAccount>;

/** The latest check of every account against its entries and holds, by whichever process made it. */
export const LedgerAuditReport = z.strictObject({
  verified_at: Instant,
  accounts_checked: z.int().min(0),
  entries_checked: z.int().min(0),
  mismatch_count: z.int().min(0),
  /** The first 100. */
  mismatches: z.array(LedgerMismatch),
  /** As of now, whatever the check found. */
  frozen_accounts: z.array(FrozenAccount),
});
export type LedgerAuditReport = z.infer<typeof LedgerAuditReport>;

/** Whether an account may hold credits for new images. */
export const AccountStanding = z.strictObject({ user_id: UserId, is_frozen: z.boolean() });
export type AccountStanding = z.infer<typeof AccountStanding>;
