import { Entity, Index, PrimaryColumn } from 'typeorm';
import {
  BigintColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  TextColumn,
} from '../../../platform/database/index.js';

@Entity('api_key')
@Index('ix_api_key_user', ['userId', 'createdAt', 'id'])
export class ApiKeyEntity {
  /** The part of the key that is no secret. */
  @PrimaryColumn({ type: 'varchar', length: 12 })
  id!: string;

  /** The account that the key acts for. */
  @IntegerColumn()
  userId!: number;

  @TextColumn(100)
  name!: string;

  /** Scopes, separated by spaces; they never change. */
  @TextColumn(200)
  scopes!: string;

  /** SHA-256 of the whole key in hex; the key itself is kept nowhere. */
  @TextColumn(64)
  secretHash!: string;

  /** The last characters of the key; they belong to its checksum and give away next to nothing. */
  @TextColumn(4, { nullable: true })
  secretLast4!: string | null;

  /** The key before the last rotation, which is accepted as well until then. */
  @TextColumn(64, { nullable: true })
  previousHash!: string | null;

  @InstantColumn({ nullable: true })
  previousValidUntil!: number | null;

  @BigintColumn({ nullable: true })
  monthlyCreditLimit!: number | null;

  /** Addresses and networks as a JSON array; empty is anywhere. */
  @LongTextColumn()
  allowedAddresses!: string;

  @InstantColumn()
  createdAt!: number;

  @IntegerColumn()
  createdBy!: number;

  @InstantColumn({ nullable: true })
  expiresAt!: number | null;

  @InstantColumn({ nullable: true })
  revokedAt!: number | null;

  @InstantColumn({ nullable: true })
  lastUsedAt!: number | null;
}
