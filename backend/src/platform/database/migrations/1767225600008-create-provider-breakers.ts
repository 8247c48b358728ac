import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Which providers are left alone for a while, for all processes together. */
export class CreateProviderBreakers1767225600008 implements MigrationInterface {
  readonly name = 'CreateProviderBreakers1767225600008';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).table(
      'provider_breaker',
      '"provider" varchar(40) NOT NULL PRIMARY KEY',
      '"state" varchar(8) NOT NULL',
      '"version" int NOT NULL',
      '"trips" int NOT NULL',
      '"try_at" bigint NOT NULL',
      '"counts_from" bigint NOT NULL',
      `CONSTRAINT "ck_provider_breaker_state" CHECK (state IN ('CLOSED', 'OPEN', 'PROBING'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE provider_breaker');
  }
}
