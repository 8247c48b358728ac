import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** What the checks of the ledger found, so that every process can tell. */
export class CreateLedgerAudits1767225600009 implements MigrationInterface {
  readonly name = 'CreateLedgerAudits1767225600009';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'ledger_audit',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"verified_at" bigint NOT NULL',
      '"accounts_checked" bigint NOT NULL',
      '"entries_checked" bigint NOT NULL',
      '"mismatch_count" bigint NOT NULL',
      '"mismatches" text NOT NULL',
    );
    await schema.index('ix_ledger_audit_verified', 'ledger_audit', ['verified_at']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_audit');
  }
}
