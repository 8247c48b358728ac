import type { GenerationEventType } from '@atelier/contracts';
import { Entity, Index } from 'typeorm';
import {
  InstantColumn,
  IntegerColumn,
  NumberedBigIdColumn,
  ReferenceColumn,
  TextColumn,
} from '../../../platform/database/index.js';

/**
 * Something that happened to a generation, written in the transaction in which it happened. One person's events have
 * ids in the order in which they were committed, so that whoever reads on from an id misses none.
 */
@Entity('generation_event')
@Index('ix_generation_event_user', ['userId', 'id'])
export class GenerationEvent {
  @NumberedBigIdColumn()
  id!: number;

  @IntegerColumn()
  userId!: number;

  @ReferenceColumn()
  generationId!: string;

  /** The item that it happened to, where it was one. */
  @ReferenceColumn({ nullable: true })
  itemId!: string | null;

  @TextColumn(40)
  type!: GenerationEventType;

  @InstantColumn()
  createdAt!: number;
}
