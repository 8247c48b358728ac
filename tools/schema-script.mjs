import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

/**
 * What migrations made of a database of MariaDB, as statements that make the same of an empty one in one go: tables with
 * everything that belongs to them, rows, triggers. Migrating each test's database anew took longer than most tests.
 */

/** The words in which a connection of the product speaks; what is made keeps some of them. */
const CONNECTION = { charset: 'utf8mb4_bin', multipleStatements: true, supportBigNumbers: true, dateStrings: true };

/** @param {string} url of a database @returns {Promise<string>} */
export async function readSchema(url) {
  const connection = await createConnection({ uri: url, ...CONNECTION });
  /** @param {string} sql @returns {Promise<Record<string, string>[]>} */
  const rowsOf = async (sql) => {
    const [rows] = await connection.query(sql);
    return /** @type {Record<string, string>[]} */ (rows);
  };
  try {
    const statements = [];
    for (const [table] of (await rowsOf('SHOW TABLES')).map((row) => Object.values(row))) {
      if (table === undefined) throw new TypeError('A table without a name');
      const name = connection.escapeId(table);
      const [definition] = await rowsOf(`SHOW CREATE TABLE ${name}`);
      statements.push(definition?.['Create Table']);
      for (const row of await rowsOf(`SELECT * FROM ${name}`)) {
        statements.push(connection.format(`INSERT INTO ${name} SET ?`, [row]));
      }
    }
    for (const { Trigger: trigger } of await rowsOf('SHOW TRIGGERS')) {
      const [definition] = await rowsOf(`SHOW CREATE TRIGGER ${connection.escapeId(trigger ?? '')}`);
      // Whoever makes the database is the one in whose name it runs.
      statements.push(definition?.['SQL Original Statement']?.replace(/ DEFINER=`[^`]*`@`[^`]*`/, ''));
    }
    if (statements.includes(undefined)) throw new TypeError('A definition without a statement');
    return `SET foreign_key_checks = 0; ${statements.join(';\n')}`;
  } finally {
    await connection.end();
  }
}

/** Creates a database. @param {string} instanceUrl without a database @param {string} name @param {string} [schema] */
export async function createDatabase(instanceUrl, name, schema) {
  const connection = await createConnection({ uri: instanceUrl, ...CONNECTION });
  try {
    await connection.query(`CREATE DATABASE ${name}; USE ${name}; ${schema ?? ''}`);
  } finally {
    await connection.end();
  }
}

/** @param {string} instanceUrl without a database @param {string} name */
export async function dropDatabase(instanceUrl, name) {
  const connection = await createConnection(instanceUrl);
  try {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
  } finally {
    await connection.end();
  }
}

/**
 * The statements of the newest schema, from a file that the first who asks writes.
 * @param {string} file
 * @param {string} instanceUrl without a database
 * @param {(databaseUrl: string) => Promise<void>} migrate runs all migrations on an empty database
 */
export async function schemaScript(file, instanceUrl, migrate) {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const name = `schema_${randomBytes(6).toString('hex')}`;
  const url = `${instanceUrl.replace(/\/$/, '')}/${name}`;
  await createDatabase(instanceUrl, name);
  try {
    await migrate(url);
    const script = await readSchema(url);
    // Several may be at it at the same time: each writes the same, and none sees half of it.
    writeFileSync(`${file}.${name}`, script);
    renameSync(`${file}.${name}`, file);
    return script;
  } finally {
    await dropDatabase(instanceUrl, name);
  }
}
