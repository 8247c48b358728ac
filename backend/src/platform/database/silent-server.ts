import { Duplex } from 'node:stream';
import type { Pool, PoolConnection, QueryError } from 'mysql2';
import type { QueryRunner } from 'typeorm';
import { SilenceWatch } from './silence-watch.js';

/** Longest that one question stays open. A server that goes on answers those that it finds. */
const ASK_TIMEOUT_MS = 30_000;

/** Ends what waits for a MySQL or MariaDB server that stands still, and has its connections made anew. */
export class SilentServer {
  readonly #lines = new Set<Duplex>();
  readonly #watch: SilenceWatch;
  /** Ends the watch. */
  readonly stop: () => void;

  constructor(pool: Pool, url: string) {
    // Not only when one is made: the first was made before anybody listened.
    pool.on('acquire', (connection: PoolConnection) => this.#know(lineOf(connection)));
    this.#watch = new SilenceWatch(
      () => greet(url),
      () => this.#cut(),
    );
    this.stop = this.#watch.start();
  }

  /** Has whatever the runner is asked be watched. */
  watch(runner: QueryRunner): QueryRunner {
    const query: (...statement: Parameters<QueryRunner['query']>) => Promise<unknown> = runner.query.bind(runner);
    return Object.assign(runner, {
      query: (...statement: Parameters<QueryRunner['query']>) => this.#watch.during(() => query(...statement)),
    });
  }

  #know(line: Duplex): void {
    if (this.#lines.has(line)) return;
    this.#lines.add(line);
    line.once('close', () => this.#lines.delete(line));
  }

  #cut(): void {
    for (const line of this.#lines) line.destroy(lost());
  }
}

/** Resolves when the server has said anything: that it has no connection to spare is an answer as well. */
async function greet(url: string): Promise<void> {
  const { createConnection } = await import('mysql2');
  return new Promise((resolve, reject) => {
    const connection = createConnection({ uri: url, connectTimeout: ASK_TIMEOUT_MS });
    const heard = (error: QueryError | null): void => {
      if (error && error.sqlState === undefined) reject(error);
      else resolve();
    };
    connection.on('error', heard);
    connection.connect((error) => {
      heard(error);
      // Nobody waits for the farewell.
      if (!error) connection.end();
    });
  });
}

/** Its end alone tells those who wait: `destroy` of a connection leaves them waiting. */
function lineOf(connection: PoolConnection): Duplex {
  const line: unknown = Reflect.get(connection, 'stream');
  if (!(line instanceof Duplex)) throw new TypeError('The driver does not show the line of a connection any more');
  return line;
}

const lost = (): Error => Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT' });
