import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Who wants to be told of which events, and what they have not been told yet. */
export class CreateOutbox1767225600023 implements MigrationInterface {
  readonly name = 'CreateOutbox1767225600023';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'outbox_subscription',
      '"user_id" int NOT NULL',
      '"event_type" varchar(40) NOT NULL',
      '"subscriber_id" varchar(36) NOT NULL',
      'PRIMARY KEY ("user_id", "event_type", "subscriber_id")',
    );
    await schema.index('ix_outbox_subscription_subscriber', 'outbox_subscription', ['subscriber_id']);
    await schema.table(
      'outbox_message',
      schema.numberedBigId,
      '"subscriber_id" varchar(36) NOT NULL',
      '"user_id" int NOT NULL',
      '"event_type" varchar(40) NOT NULL',
      '"data" text NOT NULL',
      '"created_at" bigint NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['outbox_message', 'outbox_subscription']) await runner.query(`DROP TABLE ${table}`);
  }
}
