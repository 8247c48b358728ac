import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** For what size of image a provider was called and why it failed, and how often an item changed its provider. */
export class WeighProviderAttempts1767225600013 implements MigrationInterface {
  readonly name = 'WeighProviderAttempts1767225600013';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.column('provider_attempt', 'tier', 'varchar(16)');
    await schema.column('provider_attempt', 'detail', 'varchar(500)');
    await schema.column('generation_item', 'fallbacks', 'int NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE generation_item DROP COLUMN fallbacks');
    await runner.query('ALTER TABLE provider_attempt DROP COLUMN detail');
    await runner.query('ALTER TABLE provider_attempt DROP COLUMN tier');
  }
}
