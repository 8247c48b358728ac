import type { SessionUser, User } from '@atelier/contracts';
import { toInstant, toInstantOrNull } from '../../../platform/time/index.js';
import type { UserEntity } from './user.entity.js';

/** What administrators see of a user. */
export function userView(user: UserEntity): User {
  return {
    id: user.id,
    kind: user.kind,
    email: user.email,
    name: user.name,
    role: user.role,
    status: user.status,
    created_at: toInstant(user.createdAt),
    last_active_at: toInstantOrNull(user.lastActiveAt),
  };
}

/** What users see of themselves. */
export function sessionUserView({ id, email, name, role }: UserEntity): SessionUser {
  return { id, email, name, role };
}
