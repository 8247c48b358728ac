import { Check, Entity } from 'typeorm';
import { IdColumn, InstantColumn, TextColumn } from '../../platform/database/index.js';

/** An image that was paid for and can't be shown: its bytes are gone, or are not those that were recorded. */
@Entity('missing_object')
@Check('ck_missing_object_problem', "problem IN ('missing', 'damaged')")
export class MissingObject {
  @IdColumn()
  imageId!: string;

  @TextColumn(200)
  storageKey!: string;

  @TextColumn(8)
  problem!: 'missing' | 'damaged';

  @InstantColumn()
  foundAt!: number;
}
