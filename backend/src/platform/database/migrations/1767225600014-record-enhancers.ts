import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddl } from './ddl.js';

const TABLES = ['generation', 'image'] as const;

/** Who enhanced a prompt, and with which model. */
export class RecordEnhancers1767225600014 implements MigrationInterface {
  readonly name = 'RecordEnhancers1767225600014';

  async up(runner: QueryRunner): Promise<void> {
    const schema = ddl(runner);
    for (const table of TABLES) {
      await schema.column(table, 'enhancer', 'varchar(40)');
      await schema.column(table, 'enhancer_model', 'varchar(200)');
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      for (const column of ['enhancer_model', 'enhancer'])
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    }
  }
}
