import type { AspectRatio, Tier } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  BigintColumn,
  IdColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  ReferenceColumn,
  TextColumn,
} from '../../platform/database/index.js';

/** An image that was delivered and charged for. There is exactly one per captured item; a deleted one keeps its row. */
@Entity('image')
@Index('uq_image_item', ['itemId'], { unique: true })
@Index('uq_image_storage_key', ['storageKey'], { unique: true })
@Index('ix_image_generation', ['generationId'])
@Index('ix_image_newest', ['userId', 'deletedAt', 'createdAt', 'id'])
@Index('ix_image_newest_of_tier', ['userId', 'deletedAt', 'tier', 'createdAt', 'id'])
@Index('ix_image_newest_of_provider', ['userId', 'deletedAt', 'provider', 'createdAt', 'id'])
@Index('ix_image_newest_of_tier_and_provider', ['userId', 'deletedAt', 'tier', 'provider', 'createdAt', 'id'])
@Check('ck_image_size', 'bytes > 0 AND width > 0 AND height > 0')
@Check('ck_image_cost', 'credits_spent >= 0 AND duration_ms >= 0')
export class GeneratedImage {
  @IdColumn()
  id!: string;

  @ReferenceColumn()
  itemId!: string;

  @ReferenceColumn()
  generationId!: string;

  @IntegerColumn()
  userId!: number;

  @TextColumn(200)
  storageKey!: string;

  @TextColumn(64)
  sha256!: string;

  @BigintColumn()
  bytes!: number;

  @TextColumn(20)
  mime!: string;

  @IntegerColumn()
  width!: number;

  @IntegerColumn()
  height!: number;

  @LongTextColumn()
  prompt!: string;

  @LongTextColumn({ nullable: true })
  enhancedPrompt!: string | null;

  /** Key of the enhancer; null where there is no enhancement, or nobody said whose it is. */
  @TextColumn(40, { nullable: true })
  enhancer!: string | null;

  @TextColumn(200, { nullable: true })
  enhancerModel!: string | null;

  /** The prompt as the provider rewrote it, where it says so. */
  @LongTextColumn({ nullable: true })
  revisedPrompt!: string | null;

  @TextColumn(40)
  provider!: string;

  /** Calls that came to nothing before, as JSON; null where the first one delivered. */
  @LongTextColumn({ nullable: true })
  earlierAttempts!: string | null;

  @TextColumn(100)
  model!: string;

  @TextColumn(16)
  tier!: Tier;

  @TextColumn(8)
  aspectRatio!: AspectRatio;

  @BigintColumn({ nullable: true })
  seed!: number | null;

  /** The provider's own name for the work. */
  @TextColumn(200)
  jobId!: string;

  @BigintColumn()
  creditsSpent!: number;

  /** Null until the thumbnails have been made. */
  @TextColumn(64, { nullable: true })
  thumbhash!: string | null;

  @BigintColumn()
  durationMs!: number;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn({ nullable: true })
  deletedAt!: number | null;
}
