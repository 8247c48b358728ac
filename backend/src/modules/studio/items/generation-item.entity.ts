import type { ProblemCode } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  IdColumn,
  InstantColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
} from '../../../platform/database/index.js';
import type { ErrorKind } from '../../../platform/errors/index.js';

export const ITEM_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** Where an item may go from each state. A running item is queued again when its work can't be finished here. */
export const NEXT_ITEM_STATES: Record<ItemState, readonly ItemState[]> = {
  QUEUED: ['RUNNING', 'CANCELED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELED', 'QUEUED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

/** Whether nothing will happen to the item any more. */
export const isTerminal = (state: ItemState): boolean => NEXT_ITEM_STATES[state].length === 0;

/** One image of a generation: the unit of work and of charge. */
@Entity('generation_item')
@Index('uq_generation_item_idx', ['generationId', 'idx'], { unique: true })
@Index('ix_generation_item_due', ['state', 'userId', 'runAt', 'id'])
@Index('ix_generation_item_lease', ['state', 'leaseUntil'])
@Index('ix_generation_item_served', ['userId', 'startedAt'])
@Check('ck_generation_item_state', "state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')")
export class GenerationItem {
  @IdColumn()
  id!: string;

  @ReferenceColumn()
  generationId!: string;

  /** Whose it is, as its generation says: the queue goes round by user. */
  @IntegerColumn()
  userId!: number;

  @IntegerColumn()
  idx!: number;

  /** Key of the provider that makes it. */
  @TextColumn(40)
  provider!: string;

  /** How often another provider took it over. */
  @IntegerColumn({ default: 0 })
  fallbacks!: number;

  @TextColumn(10)
  state!: ItemState;

  /** Counts the claims. Whoever holds an older number has lost the item and may change nothing. */
  @IntegerColumn({ default: 0 })
  fence!: number;

  @IntegerColumn({ default: 0 })
  attempts!: number;

  @IntegerColumn()
  maxAttempts!: number;

  @TextColumn(64, { nullable: true })
  leaseOwner!: string | null;

  @InstantColumn({ default: 0 })
  leaseUntil!: number;

  /** Not to be claimed before. */
  @InstantColumn()
  runAt!: number;

  @TextColumn(40, { nullable: true })
  errorCode!: ProblemCode | null;

  @TextColumn(24, { nullable: true })
  errorKind!: ErrorKind | null;

  @TextColumn(500, { nullable: true })
  errorDetail!: string | null;

  /** 1 when the same request may succeed later. */
  @IntegerColumn({ default: 0 })
  errorRetryable!: number;

  @InstantColumn({ nullable: true })
  startedAt!: number | null;

  @InstantColumn({ nullable: true })
  completedAt!: number | null;
}
