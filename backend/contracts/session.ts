import * as z from 'zod';
import { PASSWORD_MAX_LENGTH } from './limits.js';
import { Credits, Instant, PageQuery, UserId, Uuid, page } from './primitives.js';

export const ROLES = ['admin', 'member'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ error: 'must be an e-mail address' }));

export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');

/** The strength rules are the server's; here only what bounds the work of hashing it. */
export const Password = z.string().min(1).max(PASSWORD_MAX_LENGTH);

export const LoginRequest = z.strictObject({
  email: z.string().max(254),
  password: z.string().max(1_024),
});
export type LoginRequest = z.infer<typeof LoginRequest>;

export const SessionUser = z.strictObject({
  id: UserId,
  email: z.string(),
  name: z.string(),
  role: Role,
});
export type SessionUser = z.infer<typeof SessionUser>;

/** Answer of sign-in, set-up, invitation and refresh; the refresh token itself travels in an HttpOnly cookie. */
export const SessionGrant = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until the access token expires. */
  expires_in: z.int().positive(),
  user: SessionUser,
});
export type SessionGrant = z.infer<typeof SessionGrant>;

export const SetupStatus = z.strictObject({
  /** True while there is no user: the set-up link still works. */
  open: z.boolean(),
});
export type SetupStatus = z.infer<typeof SetupStatus>;

export const SetupRequest = z.strictObject({
  token: z.string().max(200),
  email: Email,
  name: DisplayName,
  password: Password,
});
export type SetupRequest = z.infer<typeof SetupRequest>;

export const AcceptInvitationRequest = z.strictObject({
  token: z.string().max(200),
  password: Password,
});
export type AcceptInvitationRequest = z.infer<typeof AcceptInvitationRequest>;

export const PasswordChangeRequest = z.strictObject({
  current_password: z.string().max(1_024),
  new_password: Password,
});
export type PasswordChangeRequest = z.infer<typeof PasswordChangeRequest>;

/** What people change about themselves. */
export const UpdateMeRequest = z.strictObject({ name: DisplayName });
export type UpdateMeRequest = z.infer<typeof UpdateMeRequest>;

/** One sign-in on one device. */
export const OwnSession = z.strictObject({
  id: Uuid,
  /** The browser and the system in plain words, as far as the device told, such as `Firefox on Windows`. */
  device: z.string(),
  /** Where it was last used from; null for a session that began before addresses were noted. */
  address: z.string().nullable(),
  created_at: Instant,
  /** To within ten minutes: when its access token was last renewed. */
  last_used_at: Instant,
  /** The session that asks. */
  is_current: z.boolean(),
});
export type OwnSession = z.infer<typeof OwnSession>;

export const OwnSessionPage = page(OwnSession);
export type OwnSessionPage = z.infer<typeof OwnSessionPage>;

export const OwnSessionQuery = PageQuery;
export type OwnSessionQuery = z.infer<typeof OwnSessionQuery>;

export const EndedSessions = z.strictObject({
  /** How many sessions were ended. */
  ended: z.int().min(0),
});
export type EndedSessions = z.infer<typeof EndedSessions>;

export const Me = z.strictObject({
  ...SessionUser.shape,
  credits: z.strictObject({ available: Credits, held: Credits }),
});
export type Me = z.infer<typeof Me>;
