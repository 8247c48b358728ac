import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Images whose stored bytes are gone or changed, and how far the search for them is. */
export class CreateMissingObjects1767225600011 implements MigrationInterface {
  readonly name = 'CreateMissingObjects1767225600011';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'missing_object',
      '"image_id" varchar(36) NOT NULL PRIMARY KEY',
      '"storage_key" varchar(200) NOT NULL',
      '"problem" varchar(8) NOT NULL',
      '"found_at" bigint NOT NULL',
      `CONSTRAINT "ck_missing_object_problem" CHECK (problem IN ('missing', 'damaged'))`,
    );
    await schema.table(
      'object_probe',
      '"id" int NOT NULL PRIMARY KEY',
      '"after_id" varchar(36) NOT NULL',
      '"next_at" bigint NOT NULL',
      '"probed_at" bigint',
      '"complete_at" bigint',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['object_probe', 'missing_object']) await runner.query(`DROP TABLE ${table}`);
  }
}
