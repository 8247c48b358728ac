import { Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, IntegerColumn, TextColumn } from '../../platform/database/index.js';

/** A setting that an administrator has changed. The others have the default of their definition. */
@Entity('studio_setting')
export class StudioSettingRow {
  @PrimaryColumn({ type: 'varchar', length: 60 })
  key!: string;

  @TextColumn(2_000)
  value!: string;

  @InstantColumn()
  updatedAt!: number;

  @IntegerColumn()
  updatedBy!: number;
}
