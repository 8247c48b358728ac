import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { startFakeS3, type FakeS3 } from '../../backend/test/fake-s3/index.ts';
import { freePort, startRedis } from '../../tools/services.mjs';
import { createDatabase, dropDatabase } from './database.js';
import { type Server, startServer } from './server.js';

/** The one key of an installation: what one process signs, the others read. */
const SECRET_KEY = 'a master key of more than 32 bytes, for a fleet';

/** Requests that each API key may make in a minute. */
export const KEY_LIMIT = 20;

type Role = 'api' | 'worker';

/**
 * An installation of several processes: one MariaDB, one Redis and one S3 store, and as many API and worker processes as
 * are wanted. Each has a folder of its own that the others never see, as on machines of their own.
 */
export class Fleet {
  readonly apis: Server[] = [];
  readonly workers: Server[] = [];

  private constructor(
    readonly databaseUrl: string,
    readonly store: FakeS3,
    private readonly redisPort: number,
    private stopService: (() => Promise<void>) | undefined,
  ) {}

  static async start(apis: number, workers: number): Promise<Fleet> {
    const redisPort = await freePort();
    const [databaseUrl, store, redis] = await Promise.all([createDatabase(), startFakeS3(), startRedis(redisPort)]);
    const fleet = new Fleet(databaseUrl, store, redisPort, redis.stop);
    try {
      // The first makes the schema and the administrator; starting all at once would do as well, but not as fast.
      await fleet.add('api');
      const others = [...Array<Role>(apis - 1).fill('api'), ...Array<Role>(workers).fill('worker')];
      await Promise.all(others.map((role) => fleet.add(role)));
      return fleet;
    } catch (error) {
      await fleet.dispose();
      throw error;
    }
  }

  get redisUrl(): string {
    return `redis://127.0.0.1:${this.redisPort}`;
  }

  /** Starts one more process. */
  async add(role: Role): Promise<Server> {
    const env = {
      ...this.store.environment,
      DATABASE_URL: this.databaseUrl,
      REDIS_URL: this.redisUrl,
      SECRET_KEY,
      PROCESS_ROLE: role,
      RATE_LIMIT_API_KEY: String(KEY_LIMIT),
      WEBHOOK_ALLOW: '127.0.0.1',
      LOG_LEVEL: 'info',
    };
    // The database is the fleet's, so it is not the server's to make or to drop.
    const server = await startServer({ database: 'sqlite', env });
    (role === 'api' ? this.apis : this.workers).push(server);
    return server;
  }

  /** A process that was killed or stopped is no member any more; its folder goes. */
  async dismiss(server: Server): Promise<void> {
    for (const members of [this.apis, this.workers]) {
      if (members.includes(server)) members.splice(members.indexOf(server), 1);
    }
    await server.dispose();
  }

  /** Items that the processes, or one of them, are at work on, as the database says. */
  async countAtWork(by?: Server): Promise<number> {
    const connection = await createConnection(this.databaseUrl);
    try {
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT COUNT(*) AS items FROM generation_item WHERE state = 'RUNNING' AND lease_owner LIKE ?`,
        [by === undefined ? '%' : `%-${by.process.pid}`],
      );
      return Number(rows[0]?.['items']);
    } finally {
      await connection.end();
    }
  }

  /** Deletes everything in Redis. */
  async flushRedis(): Promise<void> {
    await this.commandRedis('FLUSHALL');
  }

  /** From now on Redis takes nothing more: its memory is full, and it evicts nothing. */
  async fillRedis(): Promise<void> {
    await this.commandRedis('CONFIG', 'SET', 'maxmemory', '1');
  }

  /** For so long Redis keeps its connections and answers nobody. */
  async hangRedis(ms: number): Promise<void> {
    await this.commandRedis('CLIENT', 'PAUSE', String(ms), 'ALL');
  }

  async stopRedis(): Promise<void> {
    await this.stopService?.();
    this.stopService = undefined;
  }

  /** Starts Redis again where it was, empty. */
  async startRedis(): Promise<void> {
    this.stopService = (await startRedis(this.redisPort)).stop;
  }

  private async commandRedis(command: string, ...args: string[]): Promise<void> {
    const redis = new Redis(this.redisUrl);
    await redis.call(command, ...args);
    redis.disconnect();
  }

  async dispose(): Promise<void> {
    const ends = await Promise.allSettled([...this.workers, ...this.apis].map((server) => server.dispose()));
    await this.stopRedis();
    await this.store.close();
    await dropDatabase(this.databaseUrl);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}
