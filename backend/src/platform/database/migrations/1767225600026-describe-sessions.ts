import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** What people need to recognise their sessions and keys by, and a list of service accounts alone. */
export class DescribeSessions1767225600026 implements MigrationInterface {
  readonly name = 'DescribeSessions1767225600026';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.column('session', 'last_used_at', 'bigint');
    await schema.column('session', 'address', 'varchar(64)');
    await schema.column('session', 'user_agent', 'varchar(300)');
    await schema.column('api_key', 'secret_last4', 'varchar(4)');
    await schema.index('ix_user_kind', 'user', ['kind', 'id']);
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_user_kind${isSqlite ? '' : ' ON `user`'}`);
    await runner.query('ALTER TABLE api_key DROP COLUMN secret_last4');
    for (const column of ['user_agent', 'address', 'last_used_at']) {
      await runner.query(`ALTER TABLE session DROP COLUMN ${column}`);
    }
  }
}
