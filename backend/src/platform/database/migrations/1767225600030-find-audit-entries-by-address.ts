import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Administrators ask what else came from an address. */
export class FindAuditEntriesByAddress1767225600030 implements MigrationInterface {
  readonly name = 'FindAuditEntriesByAddress1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).index('ix_audit_entry_address', 'audit_entry', ['address', 'sequence']);
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_audit_entry_address${isSqlite ? '' : ' ON audit_entry'}`);
  }
}
