import { Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, TextColumn } from '../../platform/database/index.js';

/** How far the search for missing objects is: one row, so that all processes together go once through the images. */
@Entity('object_probe')
export class ObjectProbe {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  /** Images up to this id have been looked at in this round; empty at its beginning. */
  @TextColumn(36)
  afterId!: string;

  /** Nobody looks before. */
  @InstantColumn()
  nextAt!: number;

  @InstantColumn({ nullable: true })
  probedAt!: number | null;

  /** When every image had been looked at, the last time that one round was over. */
  @InstantColumn({ nullable: true })
  completeAt!: number | null;
}
