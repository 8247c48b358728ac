import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Delivered images, and how many of them each person has. */
export class CreateGallery1767225600004 implements MigrationInterface {
  readonly name = 'CreateGallery1767225600004';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    await schema.table(
      'image',
      '"id" varchar(36) NOT NULL PRIMARY KEY',
      '"item_id" varchar(36) NOT NULL',
      '"generation_id" varchar(36) NOT NULL',
      '"user_id" integer NOT NULL',
      '"storage_key" varchar(200) NOT NULL',
      '"sha256" varchar(64) NOT NULL',
      '"bytes" bigint NOT NULL',
      '"mime" varchar(20) NOT NULL',
      '"width" integer NOT NULL',
      '"height" integer NOT NULL',
      '"prompt" text NOT NULL',
      '"enhanced_prompt" text',
      '"revised_prompt" text',
      '"provider" varchar(40) NOT NULL',
      '"model" varchar(100) NOT NULL',
      '"tier" varchar(16) NOT NULL',
      '"aspect_ratio" varchar(8) NOT NULL',
      '"seed" bigint',
      '"job_id" varchar(200) NOT NULL',
      '"credits_spent" bigint NOT NULL',
      '"thumbhash" varchar(64)',
      '"duration_ms" bigint NOT NULL',
      '"created_at" bigint NOT NULL',
      '"deleted_at" bigint',
      'CONSTRAINT "ck_image_size" CHECK (bytes > 0 AND width > 0 AND height > 0)',
      'CONSTRAINT "ck_image_cost" CHECK (credits_spent >= 0 AND duration_ms >= 0)',
    );
    await schema.index('uq_image_item', 'image', ['item_id'], { unique: true });
    await schema.index('uq_image_storage_key', 'image', ['storage_key'], { unique: true });
    await schema.index('ix_image_generation', 'image', ['generation_id']);
    const newest = ['created_at', 'id'];
    await schema.index('ix_image_newest', 'image', ['user_id', 'deleted_at', ...newest]);
    await schema.index('ix_image_newest_of_tier', 'image', ['user_id', 'deleted_at', 'tier', ...newest]);
    await schema.index('ix_image_newest_of_provider', 'image', ['user_id', 'deleted_at', 'provider', ...newest]);
    await schema.index('ix_image_newest_of_tier_and_provider', 'image', [
      'user_id',
      'deleted_at',
      'tier',
      'provider',
      ...newest,
    ]);

    await schema.table(
      'image_count',
      '"user_id" integer NOT NULL PRIMARY KEY',
      '"images" bigint NOT NULL',
      'CONSTRAINT "ck_image_count_never_negative" CHECK (images >= 0)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['image_count', 'image']) await runner.query(`DROP TABLE ${table}`);
  }
}
