import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Generations and their items, the unit of work and of charge. */
export class CreateGenerations1767225600005 implements MigrationInterface {
  readonly name = 'CreateGenerations1767225600005';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'generation',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"user_id" int NOT NULL',
      '"prompt" text NOT NULL',
      '"enhanced_prompt" text',
      '"tier" varchar(16) NOT NULL',
      '"requested_provider" varchar(40) NOT NULL',
      '"count" int NOT NULL',
      '"aspect_ratio" varchar(8) NOT NULL',
      '"seed" bigint',
      '"metadata" text',
      '"price_each" bigint NOT NULL',
      '"created_at" bigint NOT NULL',
      'CONSTRAINT "ck_generation_count" CHECK (count > 0)',
    );
    await schema.index('ix_generation_user', 'generation', ['user_id', 'id']);

    await schema.table(
      'generation_item',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"generation_id" varchar(36) NOT NULL',
      '"user_id" int NOT NULL',
      '"idx" int NOT NULL',
      '"provider" varchar(40) NOT NULL',
      '"state" varchar(10) NOT NULL',
      '"fence" int NOT NULL DEFAULT 0',
      '"attempts" int NOT NULL DEFAULT 0',
      '"max_attempts" int NOT NULL',
      '"lease_owner" varchar(64)',
      '"lease_until" bigint NOT NULL DEFAULT 0',
      '"run_at" bigint NOT NULL',
      '"error_code" varchar(40)',
      '"error_kind" varchar(24)',
      '"error_detail" varchar(500)',
      '"error_retryable" int NOT NULL DEFAULT 0',
      '"started_at" bigint',
      '"completed_at" bigint',
      `CONSTRAINT "ck_generation_item_state" CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'))`,
    );
    await schema.index('uq_generation_item_idx', 'generation_item', ['generation_id', 'idx'], { unique: true });
    await schema.index('ix_generation_item_due', 'generation_item', ['state', 'user_id', 'run_at', 'id']);
    await schema.index('ix_generation_item_lease', 'generation_item', ['state', 'lease_until']);
    await schema.index('ix_generation_item_served', 'generation_item', ['user_id', 'started_at']);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['generation_item', 'generation']) await runner.query(`DROP TABLE ${table}`);
  }
}
