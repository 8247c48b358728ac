import { Check, Entity, Index } from 'typeorm';
import { BigintColumn, IdColumn, InstantColumn, ReferenceColumn, TextColumn } from '../../platform/database/index.js';

export type CreditHoldState = 'HELD' | 'CAPTURED' | 'RELEASED';

/** Credits set aside for one item until its image is stored or its work has failed. */
@Entity('credit_hold')
@Index('uq_credit_hold_item', ['itemId'], { unique: true })
@Index('uq_credit_hold_image', ['imageId'], { unique: true })
@Index('ix_credit_hold_expiry', ['state', 'hardExpiresAt'])
@Check('ck_credit_hold_amount', 'amount > 0')
export class CreditHold {
  @IdColumn()
  id!: string;

  @ReferenceColumn()
  itemId!: string;

  @ReferenceColumn()
  generationId!: string;

  @ReferenceColumn()
  accountId!: string;

  @BigintColumn()
  amount!: number;

  /** Which price was in force when the credits were set aside. */
  @TextColumn(40)
  priceVersion!: string;

  @TextColumn(8)
  state!: CreditHoldState;

  @ReferenceColumn({ nullable: true })
  imageId!: string | null;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn({ nullable: true })
  resolvedAt!: number | null;

  @InstantColumn()
  hardExpiresAt!: number;
}
