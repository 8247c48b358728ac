import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** What sent a request, what the changed thing was called, and what was done with one key. Old entries stay as they are. */
export class DescribeAuditEntries1767225600033 implements MigrationInterface {
  readonly name = 'DescribeAuditEntries1767225600033';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.column('audit_entry', 'user_agent', 'varchar(300)');
    await schema.column('audit_entry', 'target_name', 'varchar(100)');
    await schema.index('ix_audit_entry_api_key', 'audit_entry', ['api_key_id', 'sequence']);
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_audit_entry_api_key${isSqlite ? '' : ' ON audit_entry'}`);
    for (const column of ['target_name', 'user_agent']) {
      await runner.query(`ALTER TABLE audit_entry DROP COLUMN ${column}`);
    }
  }
}
