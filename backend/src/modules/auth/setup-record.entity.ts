import { Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, TextColumn } from '../../platform/database/index.js';

/** `link`: the set-up link that is out. `completed`: set-up is over, for ever; its key is what makes that atomic. */
export type SetupRecordName = 'link' | 'completed';

@Entity('setup_record')
export class SetupRecordEntity {
  @PrimaryColumn({ type: 'varchar', length: 16 })
  name!: SetupRecordName;

  /** What the link's token is derived from, together with the master key. */
  @TextColumn(64, { nullable: true })
  nonce!: string | null;

  /** SHA-256 of the link's token in hex. */
  @TextColumn(64, { nullable: true })
  tokenHash!: string | null;

  @InstantColumn()
  createdAt!: number;
}
