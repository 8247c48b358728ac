import { Check, Entity, PrimaryColumn } from 'typeorm';
import { TextColumn } from '../database/index.js';

/** The one row: which master key the secrets in this database were sealed with. */
@Entity('master_key')
@Check('ck_master_key_one', 'id = 1')
export class MasterKeyRow {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @TextColumn(16)
  version!: string;
}
