import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { ConfigurationError } from '../config/index.js';
import { isConflict } from './database-errors.js';

/**
 * Makes sure that one process at a time works on a data folder whose database is SQLite.
 * The lock is the operating system's, taken by SQLite on a file of its own: it ends with the process, however that ends.
 */
export class SingleProcessLock {
  readonly #database: BetterSqlite3.Database;

  private constructor(database: BetterSqlite3.Database) {
    this.#database = database;
  }

  /** @throws ConfigurationError when another process holds the lock */
  static acquire(dataDir: string): SingleProcessLock {
    const database = new BetterSqlite3(join(dataDir, 'atelier.lock'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (!isConflict(error)) throw error;
      throw new ConfigurationError(
        `Another Atelier process is already using the data folder ${dataDir}; stop it, or set DATABASE_URL to share the work between processes.`,
      );
    }
    return new SingleProcessLock(database);
  }

  release(): void {
    this.#database.close();
  }
}
