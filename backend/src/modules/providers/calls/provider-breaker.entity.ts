import { Check, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, IntegerColumn, TextColumn } from '../../../platform/database/index.js';

/** `OPEN`: nobody calls the provider. `PROBING`: one call finds out whether it is back, and the others wait for it. */
export type BreakerState = 'CLOSED' | 'OPEN' | 'PROBING';

/** Whether a provider is called at the moment. One row for all processes, changed by whoever saw its last version. */
@Entity('provider_breaker')
@Check('ck_provider_breaker_state', "state IN ('CLOSED', 'OPEN', 'PROBING')")
export class ProviderBreakerRow {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  provider!: string;

  @TextColumn(8)
  state!: BreakerState;

  @IntegerColumn()
  version!: number;

  /** How often it was opened since the provider last delivered. */
  @IntegerColumn()
  trips!: number;

  /** When the next call may be made: the end of the rest, or of the patience with a probe that nobody ends. */
  @InstantColumn()
  tryAt!: number;

  /** Calls that ended before are no longer held against the provider. */
  @InstantColumn()
  countsFrom!: number;
}
