import * as z from 'zod';
import { ApiKeyId } from './api-keys.js';
import { Instant, PageQuery, UserId, page } from './primitives.js';

/** Everything that is recorded. A name says what was done to what kind of thing. */
export const AUDIT_ACTIONS = [
  'session.begin',
  'session.end',
  'password.change',
  'access.refuse',
  'user.create',
  'user.change',
  'user.invite',
  'user.accept',
  'api_key.create',
  'api_key.change',
  'api_key.rotate',
  'api_key.revoke',
  'settings.change',
  'provider_credentials.change',
  'credits.grant',
  'credits.revoke',
  'credits.release_account',
  'webhook.create',
  'webhook.change',
  'webhook.rotate',
  'webhook.disable',
  'webhook.delete',
] as const;
export const AuditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof AuditAction>;

export const AUDIT_TARGETS = ['user', 'api_key', 'settings', 'provider', 'credit_account', 'webhook', 'route'] as const;
export const AuditTargetType = z.enum(AUDIT_TARGETS);
export type AuditTargetType = z.infer<typeof AuditTargetType>;

export const AUDIT_RESULTS = ['success', 'refused'] as const;

/** What was changed, by field. A secret is `changed`, never its value. */
export const AuditFacts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);
export type AuditFacts = z.infer<typeof AuditFacts>;

export const AuditEntry = z.strictObject({
  /** Counts up by one from 1, without a gap. */
  sequence: z.int().positive(),
  at: Instant,
  /** Null: nobody who is known, or the server itself. */
  actor: z
    .strictObject({
      id: UserId,
      /** As it was then. */
      name: z.string(),
      /** The key that they came with. */
      api_key_id: z.string().nullable(),
      /** As it is called now; null also when it is not known any more. */
      api_key_name: z.string().nullable(),
    })
    .nullable(),
  action: AuditAction,
  target: z
    .strictObject({
      type: AuditTargetType,
      id: z.string(),
      /** Of an API key and a webhook as it was called then, of an account as it is called now; null for anything else. */
      name: z.string().nullable(),
    })
    .nullable(),
  before: AuditFacts.nullable(),
  after: AuditFacts.nullable(),
  result: z.enum(AUDIT_RESULTS),
  /** Why it was refused, or the reason that was given. */
  detail: z.string().nullable(),
  /** Where the request came from. */
  address: z.string().nullable(),
  /** What sent the request, as it calls itself: anybody can call themselves anything. Without control characters. */
  user_agent: z.string().max(300).nullable(),
  request_id: z.string().nullable(),
  /** SHA-256 over this entry and the hash of the one before it, in hex. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = page(AuditEntry);
export type AuditPage = z.infer<typeof AuditPage>;

const AuditFilter = z.strictObject({
  /** A user, or `system`: what the server did by itself. */
  actor_id: z.union([z.literal('system'), z.coerce.number().pipe(UserId)]).optional(),
  /** The key that they came with. */
  api_key_id: ApiKeyId.optional(),
  action: AuditAction.optional(),
  target_type: AuditTargetType.optional(),
  /** Of a setting its key, of a provider its name, of a user, account or API key its id. */
  target_id: z.string().max(64).optional(),
  /** Where the request came from, as it is written in the entries. */
  address: z.string().max(64).optional(),
  result: z.enum(AUDIT_RESULTS).optional(),
  /** From this instant on. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Before this instant. */
  to: z.iso.datetime({ offset: true }).optional(),
});

export const AuditQuery = z.strictObject({ ...PageQuery.shape, ...AuditFilter.shape });
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditExportQuery = z.strictObject({
  /** From `createAuditExportTicket`, in place of the access token. */
  ticket: z.string().optional(),
  format: z.enum(['csv', 'jsonl']).default('jsonl'),
  ...AuditFilter.shape,
});
export type AuditExportQuery = z.infer<typeof AuditExportQuery>;

/** Downloads one export where no Authorization header can be sent, as `?ticket=`; good for nothing else. */
export const AuditExportTicket = z.strictObject({
  ticket: z.string(),
  /** Seconds within which the download must begin. It may last longer. */
  expires_in: z.int().positive(),
});
export type AuditExportTicket = z.infer<typeof AuditExportTicket>;

export const AuditVerification = z.strictObject({
  entries_checked: z.int().min(0),
  /** The first entry that is missing, changed or out of its place; null when every entry follows from those before. */
  broken_at: z.int().positive().nullable(),
  last_hash: z.string().nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
