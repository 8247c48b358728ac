import { Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn, ReferenceColumn, TextColumn } from '../../../platform/database/index.js';

/** One generation of a session's refresh token. Used ones stay until they expire, so that a replay is noticed. */
@Entity('refresh_token')
@Index('ix_refresh_token_expiry', ['expiresAt'])
export class RefreshTokenEntity {
  /** SHA-256 of the token in hex; the token itself is in the cookie alone. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  hash!: string;

  @ReferenceColumn()
  sessionId!: string;

  @InstantColumn()
  issuedAt!: number;

  @InstantColumn()
  expiresAt!: number;

  @InstantColumn({ nullable: true })
  usedAt!: number | null;

  /** Hash of the token that replaced this one. */
  @TextColumn(64, { nullable: true })
  successorHash!: string | null;
}
