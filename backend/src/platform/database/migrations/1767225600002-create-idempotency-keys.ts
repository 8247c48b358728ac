import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Requests that were carried out under a name of the caller's. */
export class CreateIdempotencyKeys1767225600002 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKeys1767225600002';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'idempotency_key',
      '"hash" varchar(64) NOT NULL PRIMARY KEY',
      '"fingerprint" varchar(64) NOT NULL',
      '"result_id" varchar(80) NOT NULL',
      '"created_at" bigint NOT NULL',
      '"expires_at" bigint NOT NULL',
    );
    await schema.index('ix_idempotency_key_expiry', 'idempotency_key', ['expires_at']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key');
  }
}
