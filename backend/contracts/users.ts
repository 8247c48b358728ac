import * as z from 'zod';
import { Credits, Instant, PageQuery, UserId, page } from './primitives.js';
import { DisplayName, Email, Password, Role } from './session.js';

/** `invited`: has no password yet. `disabled`: can't sign in, images and history stay. */
export const USER_STATUSES = ['active', 'invited', 'disabled'] as const;
export const UserStatus = z.enum(USER_STATUSES);
export type UserStatus = z.infer<typeof UserStatus>;

/** `service`: an account for programs, made by an administrator; it has no password and is used with API keys alone. */
export const USER_KINDS = ['person', 'service'] as const;
export const UserKind = z.enum(USER_KINDS);
export type UserKind = z.infer<typeof UserKind>;

export const User = z.strictObject({
  id: UserId,
  kind: UserKind,
  email: z.string(),
  name: z.string(),
  role: Role,
  status: UserStatus,
  created_at: Instant,
  last_active_at: Instant.nullable(),
});
export type User = z.infer<typeof User>;

/** A row of the users page: the user and the balance. */
export const UserWithCredits = z.strictObject({
  ...User.shape,
  credits: z.strictObject({ available: Credits, held: Credits }),
});
export type UserWithCredits = z.infer<typeof UserWithCredits>;

export const UserPage = page(UserWithCredits);
export type UserPage = z.infer<typeof UserPage>;

export const UserQuery = z.strictObject({
  ...PageQuery.shape,
  /** People or service accounts alone; both when left out. */
  kind: UserKind.optional(),
  /** Part of the name or the e-mail address, in whatever case, or the whole id. */
  search: z.string().trim().min(1).max(100).optional(),
});
export type UserQuery = z.infer<typeof UserQuery>;

export const CreateUserRequest = z.strictObject({
  email: Email,
  name: DisplayName,
  role: Role.default('member'),
  /** Without a password the answer carries a one-time invitation link. */
  password: Password.optional(),
  /** Initial grant; the setting `initial_credits` when left out. */
  credits: Credits.optional(),
});
export type CreateUserRequest = z.infer<typeof CreateUserRequest>;

export const CreateServiceAccountRequest = z.strictObject({
  name: DisplayName,
  /** What its keys may be given: the scopes of administrators need an administrator. */
  role: Role.default('member'),
  /** Initial grant; the setting `initial_credits` when left out. */
  credits: Credits.optional(),
});
export type CreateServiceAccountRequest = z.infer<typeof CreateServiceAccountRequest>;

export const CreatedUser = z.strictObject({
  ...User.shape,
  invitation_url: z.string().optional(),
});
export type CreatedUser = z.infer<typeof CreatedUser>;

/** A new one-time link for a user who has not accepted yet; the earlier link stops working. */
export const Invitation = z.strictObject({ invitation_url: z.string() });
export type Invitation = z.infer<typeof Invitation>;

export const UpdateUserRequest = z
  .strictObject({
    name: DisplayName.optional(),
    role: Role.optional(),
    status: z.enum(['active', 'disabled']).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field');
export type UpdateUserRequest = z.infer<typeof UpdateUserRequest>;

/** A user id in a path. */
export const UserIdParameter = z.coerce.number().pipe(UserId);
