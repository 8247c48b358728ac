import { expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { readSchema } from '../../tools/schema-script.mjs';
import { dataSourceOptions, openDatabase } from '../src/platform/database/index.js';
import { createMariadbDatabase, mariadbUrl } from './mariadb.js';
import { describeAppOnEveryDatabase } from './test-app.js';

describeAppOnEveryDatabase(
  'The schema that the migrations make',
  (start) => {
    test('is the one that the entities describe', async () => {
      const app = await start();

      const drift = await app.get(DataSource).driver.createSchemaBuilder().log();

      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
    });

    test('can be made again over itself', async () => {
      const app = await start();
      const dataSource = app.get(DataSource);
      const runner = dataSource.createQueryRunner();

      // What a crash between two statements of a migration leaves on MySQL, where each commits by itself.
      for (const migration of dataSource.migrations) await migration.up(runner);
      await runner.release();

      const drift = await dataSource.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
    });
  },
  'none',
);

if (mariadbUrl !== undefined) {
  test('The schema that other specs begin with is the one that the migrations make on MariaDB', async () => {
    const migrated = await createMariadbDatabase('none');
    const begun = await createMariadbDatabase();
    const options = dataSourceOptions({ databaseUrl: migrated.url, databasePoolSize: 2, sqliteFile: '' });
    await (await openDatabase(options)).destroy();

    const schema = await readSchema(begun.url);
    expect(schema).toContain('CREATE TABLE `ledger_entry`');
    expect(schema).toBe(await readSchema(migrated.url));

    await migrated.drop();
    await begun.drop();
  });
}
