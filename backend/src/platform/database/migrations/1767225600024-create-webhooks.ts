import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Where somebody is told of events, every message to them, and how each attempt to deliver it ended. */
export class CreateWebhooks1767225600024 implements MigrationInterface {
  readonly name = 'CreateWebhooks1767225600024';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'webhook_endpoint',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"user_id" int NOT NULL',
      '"url" varchar(2000) NOT NULL',
      '"description" varchar(200) NOT NULL',
      '"events" varchar(400) NOT NULL',
      '"enabled" int NOT NULL',
      '"disabled_reason" varchar(10)',
      '"secret_sealed" text',
      '"secret_key_version" varchar(16)',
      '"secret_last4" varchar(4)',
      '"previous_secret_sealed" text',
      '"previous_key_version" varchar(16)',
      '"previous_valid_until" bigint',
      '"created_at" bigint NOT NULL',
      '"updated_at" bigint NOT NULL',
      '"last_attempt_at" bigint',
      '"last_attempt_status" varchar(10)',
      '"failing_since" bigint',
      'CONSTRAINT "ck_webhook_endpoint_disabled" CHECK ((enabled = 1) = (disabled_reason IS NULL))',
      'CONSTRAINT "ck_webhook_endpoint_sealed" CHECK ((secret_sealed IS NULL) = (secret_key_version IS NULL))',
      'CONSTRAINT "ck_webhook_endpoint_previous" CHECK ((previous_secret_sealed IS NULL) = (previous_key_version IS NULL))',
    );
    await schema.index('ix_webhook_endpoint_user', 'webhook_endpoint', ['user_id', 'id']);

    await schema.table(
      'webhook_delivery',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"endpoint_id" varchar(36) NOT NULL',
      '"event_type" varchar(40) NOT NULL',
      '"body" text NOT NULL',
      '"status" varchar(10) NOT NULL',
      '"attempts" int NOT NULL',
      '"fence" int NOT NULL',
      '"next_attempt_at" bigint NOT NULL',
      '"lease_until" bigint NOT NULL',
      '"created_at" bigint NOT NULL',
      '"delivered_at" bigint',
      '"is_test" int NOT NULL',
      '"replay_of" varchar(36)',
      `CONSTRAINT "ck_webhook_delivery_status" CHECK (status IN ('pending', 'delivered', 'failed'))`,
      `CONSTRAINT "ck_webhook_delivery_delivered" CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))`,
    );
    await schema.index('ix_webhook_delivery_due', 'webhook_delivery', ['status', 'endpoint_id', 'next_attempt_at']);
    await schema.index('ix_webhook_delivery_newest', 'webhook_delivery', ['endpoint_id', 'id']);
    await schema.index('ix_webhook_delivery_newest_of_status', 'webhook_delivery', ['endpoint_id', 'status', 'id']);
    await schema.index('ix_webhook_delivery_age', 'webhook_delivery', ['created_at']);

    await schema.table(
      'webhook_attempt',
      schema.numberedBigId,
      '"delivery_id" varchar(36) NOT NULL',
      '"at" bigint NOT NULL',
      '"duration_ms" int NOT NULL',
      '"signature" varchar(200) NOT NULL',
      '"status_code" int',
      '"error" varchar(200)',
      '"response_excerpt" text',
    );
    await schema.index('ix_webhook_attempt_delivery', 'webhook_attempt', ['delivery_id', 'id']);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_attempt', 'webhook_delivery', 'webhook_endpoint']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
