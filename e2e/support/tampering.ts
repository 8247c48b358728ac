import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import type { Server } from './server.js';

/** Changes the database behind the server's back, as a curious administrator with a database client could. */
export async function tamper(
  { databaseUrl, dataDir }: Pick<Server, 'databaseUrl' | 'dataDir'>,
  statement: string,
): Promise<void> {
  if (databaseUrl === null) {
    const database = new BetterSqlite3(join(dataDir, 'atelier.sqlite'), { timeout: 5_000 });
    database.exec(statement);
    database.close();
    return;
  }
  const connection = await createConnection(databaseUrl);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
