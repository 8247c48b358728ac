import { Entity, Index } from 'typeorm';
import { IdColumn, InstantColumn, IntegerColumn, TextColumn } from '../../../platform/database/index.js';

/** One sign-in on one device: the family of refresh tokens that descend from it. */
@Entity('session')
@Index('ix_session_user', ['userId'])
@Index('ix_session_expiry', ['expiresAt'])
export class SessionEntity {
  @IdColumn()
  id!: string;

  @IntegerColumn()
  userId!: number;

  @InstantColumn()
  createdAt!: number;

  /** The end however often it is refreshed. */
  @InstantColumn()
  expiresAt!: number;

  @InstantColumn({ nullable: true })
  revokedAt!: number | null;

  /** When it began or was last refreshed; null for one that began before this was noted. */
  @InstantColumn({ nullable: true })
  lastUsedAt!: number | null;

  /** Where it was last used from, and with what. */
  @TextColumn(64, { nullable: true })
  address!: string | null;

  @TextColumn(300, { nullable: true })
  userAgent!: string | null;
}
