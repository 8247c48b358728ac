import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Every call to a provider, written before it is made. */
export class CreateProviderAttempts1767225600007 implements MigrationInterface {
  readonly name = 'CreateProviderAttempts1767225600007';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'provider_attempt',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"item_id" varchar(36) NOT NULL',
      '"fence" int NOT NULL',
      '"ordinal" int NOT NULL',
      '"provider" varchar(40) NOT NULL',
      '"provider_request_id" varchar(200)',
      '"state" varchar(10) NOT NULL',
      '"category" varchar(24)',
      '"http_status" int',
      '"cost_micros" bigint',
      '"started_at" bigint NOT NULL',
      '"finished_at" bigint',
      `CONSTRAINT "ck_provider_attempt_state" CHECK (state IN ('STARTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'))`,
      `CONSTRAINT "ck_provider_attempt_end" CHECK ((state = 'STARTED') = (finished_at IS NULL))`,
      'CONSTRAINT "ck_provider_attempt_cost" CHECK (cost_micros >= 0)',
    );
    await schema.index('uq_provider_attempt_call', 'provider_attempt', ['item_id', 'fence', 'ordinal'], {
      unique: true,
    });
    await schema.index('ix_provider_attempt_open', 'provider_attempt', ['state', 'started_at']);
    await schema.index('ix_provider_attempt_recent', 'provider_attempt', ['provider', 'finished_at']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE provider_attempt');
  }
}
