import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Addresses and keys that administrators gave for vendors, and which master key the keys were sealed with. */
export class CreateVendorConnections1767225600012 implements MigrationInterface {
  readonly name = 'CreateVendorConnections1767225600012';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'vendor_connection',
      '"vendor" varchar(40) NOT NULL PRIMARY KEY',
      '"base_url" varchar(500)',
      '"api_key_sealed" text',
      '"api_key_last4" varchar(4)',
      '"key_version" varchar(16)',
      '"updated_at" bigint NOT NULL',
      '"updated_by" int NOT NULL',
      'CONSTRAINT "ck_vendor_connection_sealed" CHECK ((api_key_sealed IS NULL) = (key_version IS NULL))',
      'CONSTRAINT "ck_vendor_connection_last4" CHECK (api_key_last4 IS NULL OR api_key_sealed IS NOT NULL)',
    );
    await schema.table(
      'master_key',
      '"id" int NOT NULL PRIMARY KEY',
      '"version" varchar(16) NOT NULL',
      'CONSTRAINT "ck_master_key_one" CHECK (id = 1)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['master_key', 'vendor_connection']) await runner.query(`DROP TABLE ${table}`);
  }
}
