import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Service, startMariaDb } from '../../../tools/services.mjs';
import { IS_LONG_RUN } from '../../support/run-length.js';
import { StormyProxy } from '../proxy.js';

/** A MariaDB of one's own that may be mistreated, with the product's way to it. */
export class TroubledDatabase {
  private constructor(
    private readonly service: Service,
    readonly proxy: StormyProxy,
    /** What the product is told: through the proxy, as somebody who is nobody special to the server. */
    readonly instanceUrl: string,
  ) {}

  static async start(): Promise<TroubledDatabase> {
    const service = await startMariaDb();
    const { hostname, port } = new URL(service.url);
    const proxy = await StormyProxy.before({ host: hostname, port: Number(port) });
    const database = new TroubledDatabase(service, proxy, `mysql://product:secret@127.0.0.1:${proxy.port}`);
    // An administrator of the server may write to a read-only one, and always finds a free connection.
    await database.asRoot(async (root) => {
      await root.query(`CREATE USER 'product'@'127.0.0.1' IDENTIFIED BY 'secret'`);
      await root.query("GRANT ALL PRIVILEGES ON `e2e\\_%`.* TO 'product'@'127.0.0.1'");
    });
    return database;
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.service.stop();
  }

  async asRoot(work: (root: Connection) => Promise<void>): Promise<void> {
    const root = await createConnection(this.service.url);
    try {
      await work(root);
    } finally {
      await root.end();
    }
  }

  /** The server dies without a word and comes back. */
  async crash(awayMs: number): Promise<void> {
    await this.service.signal('SIGKILL');
    await pause(awayMs);
    await this.service.restart();
  }

  /** The server takes no notice of anybody, and then goes on as if nothing had been. */
  async freeze(forMs: number): Promise<void> {
    await this.service.signal('SIGSTOP');
    await pause(forMs);
    await this.service.signal('SIGCONT');
  }

  async refuseWrites(forMs: number): Promise<void> {
    await this.asRoot(async (root) => {
      await root.query('SET GLOBAL read_only = 1');
      await pause(forMs);
      await root.query('SET GLOBAL read_only = 0');
    });
  }

  async killConnections(): Promise<void> {
    await this.asRoot(async (root) => {
      const [rows] = await root.query(`SELECT id FROM information_schema.processlist WHERE user = 'product'`);
      for (const { id } of rows as { id: number }[]) {
        // It may have ended by itself in the meantime.
        await root.query(`KILL ${id}`).catch(() => undefined);
      }
    });
  }

  /** No connection is left for the product, not even those that it had. */
  async useUpConnections(forMs: number): Promise<void> {
    await this.asRoot(async (root) => {
      await root.query('SET GLOBAL max_connections = 12');
      await this.killConnections();
      const others: Connection[] = [];
      try {
        // As many as there is room for; the product takes part in the race.
        for (let number = 0; number < 20; number += 1) others.push(await createConnection(this.service.url));
      } catch {
        await pause(forMs);
      }
      for (const other of others) await other.end();
      await root.query('SET GLOBAL max_connections = 400');
    });
  }

  /** Connections are lost when the COMMIT is with the server and its answer is not with the product. */
  async loseCommits(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      const { cuts } = this.proxy;
      this.proxy.weather.cutAfter = 'COMMIT';
      for (let waited = 0; this.proxy.cuts === cuts && waited < 3_000; waited += 20) await pause(20);
    }
    this.proxy.calm();
  }

  /** A slow line on which half of the attempts fail and answers end in their middle. */
  async storm(forMs: number): Promise<void> {
    const until = Date.now() + forMs;
    while (Date.now() < until) {
      Object.assign(this.proxy.weather, { delayMs: 100, refuse: 0.5, cutAnswerBytes: 400 });
      await pause(500);
    }
    this.proxy.calm();
  }
}

/** Every trouble that a database makes, by what the product's people would call it. */
export const TROUBLES: Record<string, (database: TroubledDatabase, durationMs: number) => Promise<void>> = {
  async 'is killed and comes back, again and again'(database, durationMs) {
    for (let number = 0; number < 2; number += 1) {
      await pause(durationMs / 4);
      await database.crash(durationMs / 8);
    }
    await pause(durationMs / 4);
  },
  async 'carries commits out and can not say so'(database, durationMs) {
    await pause(durationMs / 4);
    await database.loseCommits(Math.ceil(durationMs / 500));
  },
  async 'takes no writes for a while'(database, durationMs) {
    await pause(durationMs / 4);
    await database.refuseWrites(durationMs / 2);
    await pause(durationMs / 4);
  },
  async 'has its connections killed'(database, durationMs) {
    for (let number = 0; number < 6; number += 1) {
      await pause(durationMs / 6);
      await database.killConnections();
    }
  },
  async 'has no connection left'(database, durationMs) {
    await pause(durationMs / 4);
    await database.useUpConnections(durationMs / 2);
    await pause(durationMs / 4);
  },
  async 'stands still and goes on'(database, durationMs) {
    await pause(durationMs / 4);
    // Longer than a transaction may stay open; and in a long run longer than anybody waits for an answer.
    await database.freeze(IS_LONG_RUN ? 30_000 : 9_000);
    await pause(durationMs / 4);
  },
  async 'is at the end of a bad line'(database, durationMs) {
    await pause(durationMs / 4);
    await database.storm(durationMs / 2);
    await pause(durationMs / 4);
  },
};
