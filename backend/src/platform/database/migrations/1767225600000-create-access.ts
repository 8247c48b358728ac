import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Users, their sessions and invitations, and whether set-up is over. */
export class CreateAccess1767225600000 implements MigrationInterface {
  readonly name = 'CreateAccess1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'user',
      schema.numberedId,
      '"email" varchar(254) NOT NULL',
      '"name" varchar(100) NOT NULL',
      '"role" varchar(8) NOT NULL',
      '"status" varchar(8) NOT NULL',
      '"password_hash" varchar(255)',
      '"session_version" int NOT NULL',
      '"created_at" bigint NOT NULL',
      '"last_active_at" bigint',
      `CONSTRAINT "ck_user_role" CHECK (role IN ('admin', 'member'))`,
      `CONSTRAINT "ck_user_status" CHECK (status IN ('active', 'invited', 'disabled'))`,
      `CONSTRAINT "ck_user_can_sign_in" CHECK (status <> 'active' OR password_hash IS NOT NULL)`,
    );
    await schema.index('uq_user_email', 'user', ['email'], { unique: true });
    await schema.index('ix_user_role', 'user', ['role', 'status']);

    await schema.table(
      'session',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"user_id" int NOT NULL',
      '"created_at" bigint NOT NULL',
      '"expires_at" bigint NOT NULL',
      '"revoked_at" bigint',
    );
    await schema.index('ix_session_user', 'session', ['user_id']);
    await schema.index('ix_session_expiry', 'session', ['expires_at']);

    await schema.table(
      'refresh_token',
      '"hash" varchar(64) NOT NULL PRIMARY KEY',
      '"session_id" varchar(36) NOT NULL',
      '"issued_at" bigint NOT NULL',
      '"expires_at" bigint NOT NULL',
      '"used_at" bigint',
      '"successor_hash" varchar(64)',
    );
    await schema.index('ix_refresh_token_expiry', 'refresh_token', ['expires_at']);

    await schema.table(
      'invitation',
      '"token_hash" varchar(64) NOT NULL PRIMARY KEY',
      '"user_id" int NOT NULL',
      '"created_at" bigint NOT NULL',
      '"expires_at" bigint NOT NULL',
      '"used_at" bigint',
    );
    await schema.index('ix_invitation_user', 'invitation', ['user_id']);

    await schema.table(
      'setup_record',
      '"name" varchar(16) NOT NULL PRIMARY KEY',
      '"nonce" varchar(64)',
      '"token_hash" varchar(64)',
      '"created_at" bigint NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['setup_record', 'invitation', 'refresh_token', 'session', 'user']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
