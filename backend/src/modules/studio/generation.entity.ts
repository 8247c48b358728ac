import type { AspectRatio, Tier } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  BigintColumn,
  IdColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  TextColumn,
} from '../../platform/database/index.js';

/** What a person asked for, with the price frozen. How far it is follows from its items. */
@Entity('generation')
@Index('ix_generation_api_key', ['apiKeyId', 'createdAt'])
@Check('ck_generation_count', 'count > 0')
export class GenerationRow {
  @IdColumn()
  id!: string;

  @IntegerColumn()
  userId!: number;

  @LongTextColumn()
  prompt!: string;

  @LongTextColumn({ nullable: true })
  enhancedPrompt!: string | null;

  /** Key of the enhancer; null where there is no enhancement, or nobody said whose it is. */
  @TextColumn(40, { nullable: true })
  enhancer!: string | null;

  @TextColumn(200, { nullable: true })
  enhancerModel!: string | null;

  @TextColumn(16)
  tier!: Tier;

  /** A provider's key, or `auto`; the items name the one that was chosen. */
  @TextColumn(40)
  requestedProvider!: string;

  @IntegerColumn()
  count!: number;

  @TextColumn(8)
  aspectRatio!: AspectRatio;

  @BigintColumn({ nullable: true })
  seed!: number | null;

  /** The caller's labels as JSON. */
  @LongTextColumn({ nullable: true })
  metadata!: string | null;

  /** Price of one image in credits, as it was when the generation was accepted. */
  @BigintColumn()
  priceEach!: number;

  /** The trace in which it was asked for, as the `traceparent` header writes it. */
  @TextColumn(55, { nullable: true })
  traceParent!: string | null;

  /** The key with which it was asked for; null where a person asked for it in the console. */
  @TextColumn(12, { nullable: true })
  apiKeyId!: string | null;

  @InstantColumn()
  createdAt!: number;
}
