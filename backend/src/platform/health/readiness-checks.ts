import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Readiness } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import { DiskSpace, WriteProbe } from '../disk/index.js';
import { RedisConnections } from '../redis/index.js';
import { Clock, Remembered, within } from '../time/index.js';
import { StorageProbe } from './storage-probe.js';

/** Longest that one check may take; they run side by side, so the whole answer takes hardly longer. */
const TIMEOUT_MS = 2_000;

/** How often the database is asked at most; a question that hangs is never followed by another. */
const DATABASE_MAX_AGE_MS = 500;

type CheckName = 'database' | 'storage' | 'disk_space' | 'queue';

/**
 * Checks without which no request can be served. The others are reported, but take nobody out of service: while the disk
 * is nearly full, signing in and looking at images go on, and new generations are refused one by one, with a reason;
 * while the queue's Redis is away, images are made a few seconds later.
 */
const NEEDED = ['database', 'storage'] as const satisfies readonly CheckName[];

/** Whether what the process depends on is there. */
@Injectable()
export class ReadinessChecks implements OnModuleDestroy {
  readonly #logger = new Logger(ReadinessChecks.name);
  readonly #checks: Record<CheckName, () => Promise<unknown>>;
  /** What failed when it was last checked: one line tells of an outage, however often somebody asks. */
  readonly #failing = new Set<CheckName>();
  #isStopping = false;

  constructor(
    @Inject(DataSource) dataSource: Pick<DataSource, 'query'>,
    @Inject(WriteProbe) writeProbe: Pick<WriteProbe, 'check'>,
    @Inject(StorageProbe) storageProbe: StorageProbe,
    @Inject(DiskSpace) diskSpace: Pick<DiskSpace, 'current'>,
    @Inject(Configuration) { databaseUrl }: Pick<Configuration, 'databaseUrl'>,
    @Inject(RedisConnections) redis: Pick<RedisConnections, 'ping'>,
    @Inject(Clock) clock: Clock,
  ) {
    const database = new Remembered<unknown>(clock, DATABASE_MAX_AGE_MS, () => dataSource.query('SELECT 1'));
    this.#checks = {
      // SQLite answers out of its memory for a long time after its disk has gone.
      database: () => Promise.all([database.get(), databaseUrl === undefined ? writeProbe.check() : undefined]),
      storage: () => storageProbe.check(),
      disk_space: async () => {
        if ((await diskSpace.current()).isNearlyFull) throw new Error('There is hardly any space left');
      },
      queue: () => redis.ping(),
    };
  }

  /** From now on nobody should send anything new here. */
  onModuleDestroy(): void {
    this.#isStopping = true;
  }

  async run(): Promise<Readiness> {
    const [database, storage, diskSpace, queue] = await Promise.all([
      this.#verdict('database'),
      this.#verdict('storage'),
      this.#verdict('disk_space'),
      this.#verdict('queue'),
    ]);
    const checks = { database, storage, disk_space: diskSpace, queue };
    const isReady = !this.#isStopping && NEEDED.every((name) => checks[name] === 'ok');
    return { status: isReady ? 'ok' : 'unavailable', checks };
  }

  async #verdict(name: CheckName): Promise<'ok' | 'failed'> {
    try {
      await within(TIMEOUT_MS, this.#checks[name]());
      if (this.#failing.delete(name)) this.#logger.log({ check: name }, 'A readiness check is well again');
      return 'ok';
    } catch (error) {
      if (!this.#failing.has(name)) this.#logger.warn({ err: error, check: name }, 'A readiness check failed');
      this.#failing.add(name);
      return 'failed';
    }
  }
}
