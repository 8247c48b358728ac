import type { Role, UserKind, UserStatus } from '@atelier/contracts';
import { Check, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { InstantColumn, IntegerColumn, TextColumn } from '../../../platform/database/index.js';

/** Stands where a password's hash would: as in a shadow file, it is the hash of nothing. */
export const NO_PASSWORD = '!';

@Entity('user')
@Index('uq_user_email', ['email'], { unique: true })
@Index('ix_user_role', ['role', 'status'])
@Index('ix_user_kind', ['kind', 'id'])
@Check('ck_user_role', `role IN ('admin', 'member')`)
@Check('ck_user_status', `status IN ('active', 'invited', 'disabled')`)
@Check('ck_user_can_sign_in', `status <> 'active' OR password_hash IS NOT NULL`)
export class UserEntity {
  @PrimaryGeneratedColumn({ type: 'int' })
  id!: number;

  @TextColumn(8, { default: 'person' })
  kind!: UserKind;

  /** In lower case, so that one address is one user. */
  @TextColumn(254)
  email!: string;

  @TextColumn(100)
  name!: string;

  @TextColumn(8)
  role!: Role;

  @TextColumn(8)
  status!: UserStatus;

  /** argon2id in PHC notation; null until an invitation is accepted, {@link NO_PASSWORD} for a service account. */
  @TextColumn(255, { nullable: true })
  passwordHash!: string | null;

  /** Counts up with every change of rights or password: access tokens carry it and die with the old value. */
  @IntegerColumn()
  sessionVersion!: number;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn({ nullable: true })
  lastActiveAt!: number | null;
}
