import { Check, Entity, PrimaryColumn } from 'typeorm';
import { BigintColumn } from '../../platform/database/index.js';

/** How many images a person has, kept in step with the rows of `image` so that nobody has to count them. */
@Entity('image_count')
@Check('ck_image_count_never_negative', 'images >= 0')
export class ImageCount {
  @PrimaryColumn({ type: 'int' })
  userId!: number;

  /** Without the deleted ones. */
  @BigintColumn()
  images!: number;
}
