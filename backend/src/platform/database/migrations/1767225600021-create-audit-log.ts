import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Who did what, in a chain that shows when an entry was changed or removed behind our back. */
export class CreateAuditLog1767225600021 implements MigrationInterface {
  readonly name = 'CreateAuditLog1767225600021';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'audit_entry',
      '"sequence" bigint NOT NULL PRIMARY KEY',
      '"at" bigint NOT NULL',
      '"actor_id" int',
      '"actor_name" varchar(100)',
      '"api_key_id" varchar(12)',
      '"action" varchar(40) NOT NULL',
      '"target_type" varchar(20)',
      '"target_id" varchar(64)',
      '"before" text',
      '"after" text',
      '"result" varchar(8) NOT NULL',
      '"detail" text',
      '"address" varchar(64)',
      '"request_id" varchar(64)',
      '"hash" varchar(64) NOT NULL',
      `CONSTRAINT "ck_audit_entry_result" CHECK (result IN ('success', 'refused'))`,
    );
    await schema.index('ix_audit_entry_actor', 'audit_entry', ['actor_id', 'sequence']);
    await schema.index('ix_audit_entry_action', 'audit_entry', ['action', 'sequence']);
    await schema.index('ix_audit_entry_target', 'audit_entry', ['target_type', 'target_id', 'sequence']);
    await schema.index('ix_audit_entry_result', 'audit_entry', ['result', 'sequence']);
    await schema.index('ix_audit_entry_at', 'audit_entry', ['at']);
    await schema.appendOnly('audit_entry');
    await schema.table(
      'audit_head',
      '"id" int NOT NULL PRIMARY KEY',
      '"sequence" bigint NOT NULL',
      '"hash" varchar(64) NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_head', 'audit_entry']) await runner.query(`DROP TABLE ${table}`);
  }
}
