import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** Whoever asks for generations of a user names them: the primary key finds those as well. */
export class DropIndexOfGenerationsByUser1767225600035 implements MigrationInterface {
  readonly name = 'DropIndexOfGenerationsByUser1767225600035';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).dropIndex('ix_generation_user', 'generation');
  }

  async down(runner: QueryRunner): Promise<void> {
    await ddl(runner).index('ix_generation_user', 'generation', ['user_id', 'id']);
  }
}
