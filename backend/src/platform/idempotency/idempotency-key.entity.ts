import { Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn, TextColumn } from '../database/index.js';

/** A request that was carried out under a name of the caller's, and what came of it. */
@Entity('idempotency_key')
@Index('ix_idempotency_key_expiry', ['expiresAt'])
export class IdempotencyKeyRow {
  /** SHA-256 of principal, route and key: databases differ in which texts they call equal, but not about hex digits. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  hash!: string;

  /** SHA-256 of the body, to tell a repetition from another request under the same name. */
  @TextColumn(64)
  fingerprint!: string;

  /** Names what the request made. */
  @TextColumn(80)
  resultId!: string;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn()
  expiresAt!: number;
}
