import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** What happened to generations, in the order in which each person's came to pass. */
export class CreateGenerationEvents1767225600006 implements MigrationInterface {
  readonly name = 'CreateGenerationEvents1767225600006';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'generation_event',
      schema.numberedBigId,
      '"user_id" int NOT NULL',
      '"generation_id" varchar(36) NOT NULL',
      '"item_id" varchar(36)',
      '"type" varchar(40) NOT NULL',
      '"created_at" bigint NOT NULL',
    );
    await schema.index('ix_generation_event_user', 'generation_event', ['user_id', 'id']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE generation_event');
  }
}
