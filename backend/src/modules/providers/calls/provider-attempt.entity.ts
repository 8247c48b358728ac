import type { Tier } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  BigintColumn,
  IdColumn,
  InstantColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
} from '../../../platform/database/index.js';
import { HANDLE_MAX_LENGTH } from '../image-provider.js';
import type { ProviderErrorCategory } from '../provider-error.js';

/** `UNKNOWN`: nobody heard the end of it. The provider may have done the work, and may have charged for it. */
export type ProviderAttemptState = 'STARTED' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';

/** One call to a provider. The row is there before the call is made, so none can be forgotten. */
@Entity('provider_attempt')
@Index('uq_provider_attempt_call', ['itemId', 'fence', 'ordinal'], { unique: true })
@Index('ix_provider_attempt_open', ['state', 'startedAt'])
@Index('ix_provider_attempt_recent', ['provider', 'finishedAt'])
@Check('ck_provider_attempt_state', "state IN ('STARTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN')")
@Check('ck_provider_attempt_end', "(state = 'STARTED') = (finished_at IS NULL)")
@Check('ck_provider_attempt_cost', 'cost_micros >= 0')
export class ProviderAttempt {
  @IdColumn()
  id!: string;

  @ReferenceColumn()
  itemId!: string;

  /** The claim of the item under which the call was made. */
  @IntegerColumn()
  fence!: number;

  /** Counts the calls under one claim, from 1. */
  @IntegerColumn()
  ordinal!: number;

  @TextColumn(40)
  provider!: string;

  /** Null for calls that were made before this was recorded. */
  @TextColumn(16, { nullable: true })
  tier!: Tier | null;

  /** The provider's own name for the call, where it gave one. */
  @TextColumn(200, { nullable: true })
  providerRequestId!: string | null;

  /**
   * Under which the provider has accepted the work, where it keeps it in a queue: as long as the call has not ended, or
   * nobody heard how, the next one goes on with that work. A call that goes on with another's has its handle.
   */
  @TextColumn(HANDLE_MAX_LENGTH, { nullable: true })
  acceptedHandle!: string | null;

  @TextColumn(10)
  state!: ProviderAttemptState;

  /** Why it failed, where the provider is to blame. */
  @TextColumn(24, { nullable: true })
  category!: ProviderErrorCategory | null;

  /** The sentence that says it to people. */
  @TextColumn(500, { nullable: true })
  detail!: string | null;

  /** Of the answer that said how it ended; null where none did, and accepted work then goes on. */
  @IntegerColumn({ nullable: true })
  httpStatus!: number | null;

  /** What the provider asks for the call, in millionths of a US dollar, as far as it is known. */
  @BigintColumn({ nullable: true })
  costMicros!: number | null;

  @InstantColumn()
  startedAt!: number;

  @InstantColumn({ nullable: true })
  finishedAt!: number | null;
}
