import { Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn, IntegerColumn } from '../../../platform/database/index.js';

/** A one-time link with which an invited user chooses a password. */
@Entity('invitation')
@Index('ix_invitation_user', ['userId'])
export class InvitationEntity {
  /** SHA-256 of the token in hex; the token itself is in the link alone. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  tokenHash!: string;

  @IntegerColumn()
  userId!: number;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn()
  expiresAt!: number;

  @InstantColumn({ nullable: true })
  usedAt!: number | null;
}
