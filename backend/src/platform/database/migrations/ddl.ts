import type { QueryRunner } from 'typeorm';

/**
 * Writes the same schema for both engines. Every helper can be run again: MySQL commits each DDL statement by itself,
 * so a crash in the middle of a migration leaves a part of it behind.
 */
export interface Ddl {
  /** Column definitions and constraints, one a line, in SQL that both engines take. */
  table(name: string, ...lines: string[]): Promise<void>;
  index(name: string, table: string, columns: readonly string[], options?: { unique: boolean }): Promise<void>;
  dropIndex(name: string, table: string): Promise<void>;
  /** Adds a column that may be empty, or says what the rows have there that exist. */
  column(table: string, name: string, type: string): Promise<void>;
  /** Refuses every UPDATE and DELETE of the table's rows. */
  appendOnly(table: string): Promise<void>;
  /** The definition of an integer primary key that the database numbers. */
  readonly numberedId: string;
  /** The same for a table that grows with the work: rows of which there may be more than 2^31. */
  readonly numberedBigId: string;
}

export function ddl(runner: QueryRunner): Ddl {
  return runner.dataSource.options.type === 'better-sqlite3' ? sqliteDdl(runner) : mysqlDdl(runner);
}

function sqliteDdl(runner: QueryRunner): Ddl {
  return {
    numberedId: '"id" integer PRIMARY KEY AUTOINCREMENT NOT NULL',
    numberedBigId: '"id" integer PRIMARY KEY AUTOINCREMENT NOT NULL',
    async table(name, ...lines) {
      // SQLite keeps the name as it is written, and TypeORM expects the long one.
      const columns = lines.map((line) => line.replace(/^("\w+") int\b/, '$1 integer'));
      await runner.query(`CREATE TABLE IF NOT EXISTS "${name}" (${columns.join(', ')})`);
    },
    async index(name, table, columns, options) {
      const unique = options?.unique ? 'UNIQUE ' : '';
      await runner.query(`CREATE ${unique}INDEX IF NOT EXISTS "${name}" ON "${table}" (${quoted(columns, '"')})`);
    },
    async dropIndex(name) {
      await runner.query(`DROP INDEX IF EXISTS "${name}"`);
    },
    async column(table, name, type) {
      const columns = (await runner.query(`PRAGMA table_info("${table}")`)) as { name: string }[];
      if (columns.some((column) => column.name === name)) return;
      await runner.query(`ALTER TABLE "${table}" ADD COLUMN "${name}" ${type.replace(/^int\b/, 'integer')}`);
    },
    async appendOnly(table) {
      for (const action of ['UPDATE', 'DELETE']) {
        await runner.query(
          `CREATE TRIGGER IF NOT EXISTS "tr_${table}_${action.toLowerCase()}" BEFORE ${action} ON "${table}" ` +
            `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
        );
      }
    },
  };
}

function mysqlDdl(runner: QueryRunner): Ddl {
  const ansi = (sql: string): string => sql.replaceAll('"', '`');
  return {
    numberedId: '"id" int NOT NULL AUTO_INCREMENT PRIMARY KEY',
    numberedBigId: '"id" bigint NOT NULL AUTO_INCREMENT PRIMARY KEY',
    async table(name, ...lines) {
      await runner.query(
        ansi(`CREATE TABLE IF NOT EXISTS "${name}" (${lines.join(', ')})`) +
          ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
      );
    },
    async index(name, table, columns, options) {
      if (await hasIndex(runner, name, table)) return;
      const unique = options?.unique ? 'UNIQUE ' : '';
      await runner.query(`CREATE ${unique}INDEX \`${name}\` ON \`${table}\` (${quoted(columns, '`')})`);
    },
    async dropIndex(name, table) {
      if (await hasIndex(runner, name, table)) await runner.query(`DROP INDEX \`${name}\` ON \`${table}\``);
    },
    async column(table, name, type) {
      const existing: unknown = await runner.query(
        'SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ? LIMIT 1',
        [table, name],
      );
      if (Array.isArray(existing) && existing.length > 0) return;
      await runner.query(`ALTER TABLE \`${table}\` ADD COLUMN \`${name}\` ${type}`);
    },
    async appendOnly(table) {
      for (const action of ['UPDATE', 'DELETE']) {
        await runner.query(
          `CREATE TRIGGER IF NOT EXISTS \`tr_${table}_${action.toLowerCase()}\` BEFORE ${action} ON \`${table}\` FOR EACH ROW ` +
            `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${table} is append-only'`,
        );
      }
    },
  };
}

async function hasIndex(runner: QueryRunner, name: string, table: string): Promise<boolean> {
  const existing: unknown = await runner.query(
    'SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? LIMIT 1',
    [table, name],
  );
  return Array.isArray(existing) && existing.length > 0;
}

function quoted(columns: readonly string[], quote: string): string {
  return columns.map((column) => `${quote}${column}${quote}`).join(', ');
}
