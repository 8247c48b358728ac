import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { SqliteConnection } from './sqlite-connection.js';

describe('SqliteConnection', () => {
  let database: Database;
  let connection: SqliteConnection;
  beforeEach(() => {
    database = new BetterSqlite3(':memory:');
    connection = new SqliteConnection(database);
  });
  afterEach(() => connection.close());

  test('has a query planned once, however often other values are bound', () => {
    let asked = 0;
    // SQLite asks for the value of such a function when it plans, where it has statistics, and at the beginning of each run.
    database.function('seen', { deterministic: true }, (value: unknown) => {
      asked += 1;
      return value;
    });
    database.exec(`
      CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
      CREATE INDEX ix_person_name ON person (name);
      CREATE TABLE image (id INTEGER PRIMARY KEY, person_id INTEGER, tier TEXT);
      CREATE INDEX ix_image_person ON image (person_id);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO person SELECT i, 'name ' || (i % 50) FROM n;
      INSERT INTO image SELECT id, id, 'tier ' || (id % 4) FROM person;
      ANALYZE;
    `);
    const find = (tier: string): unknown =>
      connection.execute(
        `SELECT image.id FROM person JOIN image ON image.person_id = person.id WHERE person.name = seen('name 1') AND image.tier = ?`,
        [tier],
      ).records;

    expect(find('tier 1')).toEqual([{ id: 1 }, { id: 101 }]);
    expect(asked).toBe(2);
    expect(find('tier 3')).toEqual([{ id: 51 }, { id: 151 }]);
    expect(asked).toBe(3);
    expect(find('tier 1')).toEqual([{ id: 1 }, { id: 101 }]);
    expect(asked).toBe(4);
  });

  test.each<[string, unknown[], unknown]>([
    [`SELECT ? AS value`, [7], 7],
    [`SELECT ? AS value`, ['+?'], '+?'],
    [`SELECT ? AS value`, [null], null],
    [`SELECT '?' || ? || 'it''s ?' AS value`, ['!'], "?!it's ?"],
    [`SELECT "what?" AS value FROM (SELECT ? AS "what?")`, ['this'], 'this'],
    [`WITH one AS (SELECT -? AS value) SELECT value FROM one WHERE value IN (?, ?) LIMIT ?`, [1, -1, 3, 5], -1],
    [`SELECT 'A' LIKE ? AS value`, ['a%'], 1],
    [`SELECT typeof(?) AS value`, ['1'], 'text'],
    [`SELECT CASE WHEN n = ? THEN 'equal' END AS value FROM (SELECT CAST(1 AS INTEGER) AS n)`, [1], 'equal'],
  ])('takes %s for what it says', (sql, values, expected) => {
    expect(connection.execute(sql, values).records).toEqual([{ value: expected }]);
  });

  test.each(['n = ?', 't = ?', 'r = ?', 'b = ?', 'n IN (?)', 't > ?', 't LIKE ?', 'n BETWEEN ? AND 3', 't || ? = t'])(
    'compares by %s as SQLite does, whatever is bound',
    (condition) => {
      database.exec('CREATE TABLE kinds (n INTEGER, t TEXT, r REAL, b BLOB)');
      for (const value of [1, '1', 1.5, 'a', null, Buffer.from('1')])
        connection.execute('INSERT INTO kinds VALUES (?, ?, ?, ?)', [value, value, value, value]);
      const sql = `SELECT rowid FROM kinds WHERE ${condition}`;

      for (const value of [1, 2, 1.5, '1', '1.0', 'a', '', null, Buffer.from('1'), Buffer.from('a')])
        expect(connection.execute(sql, [value]).records).toEqual(database.prepare(sql).all(value));
    },
  );

  test('fills in what is changed', () => {
    database.exec('CREATE TABLE note (text TEXT)');

    expect(connection.execute('INSERT INTO note VALUES (?)', ['why?']).affected).toBe(1);
    expect(connection.execute('UPDATE note SET text = ? WHERE text = ?', ['so', 'why?']).affected).toBe(1);
    expect(connection.execute('INSERT INTO note SELECT text || ? FROM note', ['?']).affected).toBe(1);
    expect(connection.execute('SELECT text FROM note').records).toEqual([{ text: 'so' }, { text: 'so?' }]);
  });
});
