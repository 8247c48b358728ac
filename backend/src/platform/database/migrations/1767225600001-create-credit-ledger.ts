import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Accounts, holds and the append-only ledger. */
export class CreateCreditLedger1767225600001 implements MigrationInterface {
  readonly name = 'CreateCreditLedger1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'credit_account',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"owner_type" varchar(8) NOT NULL',
      '"owner_id" varchar(36) NOT NULL',
      '"granted" bigint NOT NULL DEFAULT 0',
      '"available" bigint NOT NULL DEFAULT 0',
      '"held" bigint NOT NULL DEFAULT 0',
      '"consumed" bigint NOT NULL DEFAULT 0',
      '"seq" bigint NOT NULL DEFAULT 0',
      `"status" varchar(8) NOT NULL DEFAULT 'ACTIVE'`,
      'CONSTRAINT "ck_credit_account_never_negative" CHECK (available >= 0 AND held >= 0 AND consumed >= 0)',
      'CONSTRAINT "ck_credit_account_conserved" CHECK (available + held + consumed = granted)',
    );
    await schema.index('uq_credit_account_owner', 'credit_account', ['owner_type', 'owner_id'], { unique: true });

    await schema.table(
      'credit_hold',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"item_id" varchar(36) NOT NULL',
      '"generation_id" varchar(36) NOT NULL',
      '"account_id" varchar(36) NOT NULL',
      '"amount" bigint NOT NULL',
      '"price_version" varchar(40) NOT NULL',
      '"state" varchar(8) NOT NULL',
      '"image_id" varchar(36)',
      '"created_at" bigint NOT NULL',
      '"resolved_at" bigint',
      '"hard_expires_at" bigint NOT NULL',
      'CONSTRAINT "ck_credit_hold_amount" CHECK (amount > 0)',
    );
    await schema.index('uq_credit_hold_item', 'credit_hold', ['item_id'], { unique: true });
    await schema.index('uq_credit_hold_image', 'credit_hold', ['image_id'], { unique: true });
    await schema.index('ix_credit_hold_expiry', 'credit_hold', ['state', 'hard_expires_at']);

    await schema.table(
      'ledger_entry',
      '"id" varchar(80) NOT NULL PRIMARY KEY',
      '"account_id" varchar(36) NOT NULL',
      '"seq" bigint NOT NULL',
      '"src" varchar(10) NOT NULL',
      '"dst" varchar(10) NOT NULL',
      '"amount" bigint NOT NULL',
      '"hold_id" varchar(36)',
      '"item_id" varchar(36)',
      '"generation_id" varchar(36)',
      '"image_id" varchar(36)',
      '"actor_type" varchar(8) NOT NULL',
      '"actor_id" varchar(64) NOT NULL',
      '"reason" varchar(200)',
      '"available_after" bigint NOT NULL',
      '"held_after" bigint NOT NULL',
      '"created_at" bigint NOT NULL',
      'CONSTRAINT "ck_ledger_entry_amount" CHECK (amount > 0)',
    );
    await schema.index('uq_ledger_entry_seq', 'ledger_entry', ['account_id', 'seq'], { unique: true });
    await schema.index('ix_ledger_entry_movement', 'ledger_entry', ['account_id', 'src', 'dst', 'seq']);
    await schema.appendOnly('ledger_entry');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['ledger_entry', 'credit_hold', 'credit_account']) await runner.query(`DROP TABLE ${table}`);
  }
}
