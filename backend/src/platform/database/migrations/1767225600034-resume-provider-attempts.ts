import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Under which handle a vendor has accepted the work of a call, for whoever goes on with it after a crash. */
export class ResumeProviderAttempts1767225600034 implements MigrationInterface {
  readonly name = 'ResumeProviderAttempts1767225600034';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).column('provider_attempt', 'accepted_handle', 'varchar(200)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE provider_attempt DROP COLUMN accepted_handle');
  }
}
