import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

/** The trace in which a generation was asked for, so that the work on it, wherever it is done, joins in. */
export class TraceGenerations1767225600010 implements MigrationInterface {
  readonly name = 'TraceGenerations1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await ddl(runner).column('generation', 'trace_parent', 'varchar(55)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE generation DROP COLUMN trace_parent');
  }
}
