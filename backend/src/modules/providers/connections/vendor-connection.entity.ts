import type { VendorKey } from '@atelier/contracts';
import { Check, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, IntegerColumn, LongTextColumn, TextColumn } from '../../../platform/database/index.js';

/** What an administrator has entered for a vendor; what is null is the environment's business. */
@Entity('vendor_connection')
@Check('ck_vendor_connection_sealed', '(api_key_sealed IS NULL) = (key_version IS NULL)')
@Check('ck_vendor_connection_last4', 'api_key_last4 IS NULL OR api_key_sealed IS NOT NULL')
export class VendorConnectionRow {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  vendor!: VendorKey;

  /** Without a slash at the end. */
  @TextColumn(500, { nullable: true })
  baseUrl!: string | null;

  @LongTextColumn({ nullable: true })
  apiKeySealed!: string | null;

  /** Null also for a key that is too short to tell a part of it. */
  @TextColumn(4, { nullable: true })
  apiKeyLast4!: string | null;

  /** Version of the master key that it was sealed with. */
  @TextColumn(16, { nullable: true })
  keyVersion!: string | null;

  @InstantColumn()
  updatedAt!: number;

  @IntegerColumn()
  updatedBy!: number;
}
