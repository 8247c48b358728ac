import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis, RedisOptions } from 'ioredis';
import { within } from '../time/index.js';

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const DISCONNECT_TIMEOUT_MS = 200;
const MAX_RECONNECT_DELAY_MS = 5_000;

/** What every connection has: it comes back by itself, however long that takes. */
const PATIENT: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * 200, MAX_RECONNECT_DELAY_MS),
};

/** A command that can't be sent now must fail now: whoever gives it has another way. */
const IMPATIENT: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
};

/** Waits for Redis rather than fails: for reading what others send. */
const LISTENING: RedisOptions = { maxRetriesPerRequest: null };

/**
 * The connections to the Redis of the installation, where there is one. Nothing is kept there that could not be lost: who
 * uses it works on without, and an outage is logged once, whatever number of connections and attempts it takes.
 */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  readonly #logger = new Logger('Redis');
  readonly #all: Redis[] = [];
  readonly #down = new Set<Redis>();
  /** For commands, which fail at once or within half a second. Undefined where no Redis is configured. */
  readonly commands: Redis | undefined;

  private constructor(private readonly make: ((options: RedisOptions) => Redis) | undefined) {
    this.commands = make && this.#connect(make, { ...IMPATIENT, connectionName: 'atelier-commands' });
  }

  /** Waits, a short time, until it is known whether Redis is there, so that the first to need it don't go without. */
  static async open(url: string | undefined): Promise<RedisConnections> {
    if (url === undefined) return new RedisConnections(undefined);
    // Loaded where it is needed: most installations are one process.
    const { Redis } = await import('ioredis');
    const connections = new RedisConnections((options) => new Redis(url, options));
    await connections.#firstAnswer();
    return connections;
  }

  /** Whether commands reach Redis, as far as is known. */
  get isUp(): boolean {
    return this.commands?.status === 'ready';
  }

  /** Rejects, within half a second, when Redis is configured and does not answer. */
  async ping(): Promise<void> {
    await this.commands?.ping();
  }

  /**
   * A connection of its own for what keeps one busy: subscriptions and waiting reads.
   * @param name what Redis shows in its list of clients
   */
  listen(name: string): Redis {
    if (!this.make) throw new TypeError('No Redis is configured');
    return this.#connect(this.make, { ...LISTENING, connectionName: `atelier-${name}` });
  }

  onApplicationShutdown(): void {
    for (const redis of this.#all) redis.disconnect();
  }

  #connect(make: (options: RedisOptions) => Redis, options: RedisOptions): Redis {
    const redis = make({ ...PATIENT, ...options });
    this.#all.push(redis);
    redis.on('ready', () => {
      if (this.#down.delete(redis) && this.#down.size === 0) this.#logger.log('Redis is back');
    });
    redis.on('error', (error: NodeJS.ErrnoException) => {
      const isKnown = this.#down.size > 0;
      this.#down.add(redis);
      // It is raised with every attempt to reconnect.
      if (!isKnown) this.#logger.warn(`Redis can't be reached (${codeOf(error)}); work goes on without it`);
    });
    return redis;
  }

  async #firstAnswer(): Promise<void> {
    const { commands } = this;
    if (!commands) return;
    const answered = new Promise<void>((resolve) => {
      commands.once('ready', resolve);
      commands.once('error', () => resolve());
    });
    await within(CONNECT_TIMEOUT_MS, answered).catch(() => {
      this.#logger.warn('Redis does not answer yet; work begins without it');
    });
  }
}

/** Such as ECONNREFUSED, or WRONGPASS from Redis itself. Not the message: it may quote the URL, which may hold a password. */
function codeOf({ code, name, message }: NodeJS.ErrnoException): string {
  return code ?? /^[A-Z]+(?= )/.exec(message)?.[0] ?? name;
}
