import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Keys for programs, the accounts that are made for them, and which generation was asked for with which key. */
export class CreateApiKeys1767225600020 implements MigrationInterface {
  readonly name = 'CreateApiKeys1767225600020';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.column('user', 'kind', `varchar(8) NOT NULL DEFAULT 'person'`);
    await schema.table(
      'api_key',
      '"id" varchar(12) NOT NULL PRIMARY KEY',
      '"user_id" int NOT NULL',
      '"name" varchar(100) NOT NULL',
      '"scopes" varchar(200) NOT NULL',
      '"secret_hash" varchar(64) NOT NULL',
      '"previous_hash" varchar(64)',
      '"previous_valid_until" bigint',
      '"monthly_credit_limit" bigint',
      '"allowed_addresses" text NOT NULL',
      '"created_at" bigint NOT NULL',
      '"created_by" int NOT NULL',
      '"expires_at" bigint',
      '"revoked_at" bigint',
      '"last_used_at" bigint',
    );
    await schema.index('ix_api_key_user', 'api_key', ['user_id', 'created_at', 'id']);
    await schema.column('generation', 'api_key_id', 'varchar(12)');
    await schema.index('ix_generation_api_key', 'generation', ['api_key_id', 'created_at']);
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_generation_api_key${isSqlite ? '' : ' ON generation'}`);
    await runner.query('ALTER TABLE generation DROP COLUMN api_key_id');
    await runner.query('DROP TABLE api_key');
    await runner.query(isSqlite ? 'ALTER TABLE "user" DROP COLUMN kind' : 'ALTER TABLE `user` DROP COLUMN kind');
  }
}
