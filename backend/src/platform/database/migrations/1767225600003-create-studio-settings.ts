import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** What administrators decide: prices, providers, enhancer. */
export class CreateStudioSettings1767225600003 implements MigrationInterface {
  readonly name = 'CreateStudioSettings1767225600003';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).table(
      'studio_setting',
      '"key" varchar(60) NOT NULL PRIMARY KEY',
      '"value" varchar(2000) NOT NULL',
      '"updated_at" bigint NOT NULL',
      '"updated_by" int NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE studio_setting');
  }
}
