import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions, openDatabase } from '../src/platform/database/index.js';
import { schemaScript } from '../../tools/schema-script.mjs';

const MIGRATIONS = join(import.meta.dirname, '../src/platform/database/migrations');

/** Whoever needs it first migrates once; from then on it lies in a file that is named after the migrations. */
const fileName = `atelier-schema-${hashOf(MIGRATIONS).slice(0, 16)}`;

/** The statements that make the newest schema in an empty database. @param instanceUrl without a database */
export function newestMariadbSchema(instanceUrl: string): Promise<string> {
  return schemaScript(join(tmpdir(), `${fileName}.sql`), instanceUrl, async (databaseUrl) => {
    const dataSource = await openDatabase(dataSourceOptions({ databaseUrl, databasePoolSize: 2, sqliteFile: '' }));
    await dataSource.destroy();
  });
}

/** Puts a database of the newest schema, never used, where there is no file yet. */
export async function putNewestSqlite(sqliteFile: string): Promise<void> {
  const template = join(tmpdir(), `${fileName}.sqlite`);
  if (!existsSync(template)) {
    const options = dataSourceOptions({ databaseUrl: undefined, databasePoolSize: 1, sqliteFile });
    const dataSource = await openDatabase(options);
    // Several may be at it at the same time: each makes the same, and none sees half of it.
    const made = `${template}.${randomBytes(6).toString('hex')}`;
    await dataSource.query('VACUUM INTO ?', [made]);
    await dataSource.destroy();
    renameSync(made, template);
    return;
  }
  copyFileSync(template, sqliteFile);
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}
