import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Which providers had been called for an image in vain before one delivered it. */
export class RecordEarlierAttempts1767225600022 implements MigrationInterface {
  readonly name = 'RecordEarlierAttempts1767225600022';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).column('image', 'earlier_attempts', 'text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE image DROP COLUMN earlier_attempts');
  }
}
