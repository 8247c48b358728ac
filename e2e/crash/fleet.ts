import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseKind } from '../support/database.js';
import type { Environment } from '../support/server-process.js';
import { type Server, startServer } from '../support/server.js';
import { type Installation, openRaw } from './audit/records.js';
import { PRELOAD } from './crashable-server.js';
import { Random } from './random.js';
import { unhandledIn } from './unhandled.js';

const KILLED = /crash: killed at (.+)\n/;

export interface FleetOptions {
  readonly database: DatabaseKind;
  readonly processes: number;
  readonly seed: number;
  readonly env?: Environment;
  readonly instanceUrl?: string;
  readonly parentFolder?: string;
}

interface Seat {
  server: Server;
}

/** Some processes of the built product on one installation, each started again whenever it dies. */
export class Fleet {
  /** How often a process died at which boundary. */
  readonly kills = new Map<string, number>();
  readonly violations: string[] = [];
  readonly #random: Random;
  #probability = 0;
  #failures = 0;
  #isStopping = false;
  #watches: Promise<void>[] = [];

  private constructor(
    private readonly seats: Seat[],
    seed: number,
  ) {
    this.#random = new Random(seed);
    this.#watches = seats.map((seat) => this.#watch(seat));
  }

  static async start({ database, processes, seed, env, instanceUrl, parentFolder }: FleetOptions): Promise<Fleet> {
    const first = await startServer({
      database,
      preload: PRELOAD,
      env: { LOG_LEVEL: 'error', ...env },
      ...(instanceUrl === undefined ? {} : { instanceUrl }),
      ...(parentFolder === undefined ? {} : { parentFolder }),
    });
    const seats: Seat[] = [{ server: first }];
    while (seats.length < processes) seats.push({ server: await first.sibling() });
    return new Fleet(seats, seed);
  }

  /** The first process, which is at times dead. */
  get first(): Server {
    return this.seats[0]!.server;
  }

  get installation(): Installation {
    return this.first;
  }

  get origins(): string[] {
    return this.seats.map(({ server }) => server.origin);
  }

  get pids(): (number | undefined)[] {
    return this.seats.map(({ server }) => server.process.pid);
  }

  get killCount(): number {
    return [...this.kills.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * From now on every process dies with this probability at each boundary that it passes; 0 ends that.
   * @param failures probability of the disk to fail at each step of storing a file
   */
  async killAtRandom(probability: number, failures = 0): Promise<void> {
    this.#probability = probability;
    this.#failures = failures;
    await Promise.all(
      this.seats.map(({ server }) =>
        // Whoever is dying just now is told when it is started again.
        server.process.order('randomKills', this.#randomKills()).catch(() => undefined),
      ),
    );
  }

  /** Has something done by the process of a seat, for example its clock set. */
  order(seat: number, name: string, order: unknown): Promise<void> {
    return this.seats[seat]!.server.process.order(name, order);
  }

  /** Resolves when every process is there and ready. */
  async allReady(): Promise<void> {
    for (const origin of this.origins) {
      for (;;) {
        const answer = await fetch(`${origin}/health/ready`).catch(() => null);
        if (answer?.status === 200) break;
        await pause(100);
      }
    }
  }

  async dispose(): Promise<void> {
    this.#isStopping = true;
    for (const { server } of this.seats.slice(1)) this.#inspect(await server.stop());
    this.#inspect(await this.first.stop());
    await Promise.all(this.#watches);
    await this.first.dispose();
  }

  #randomKills(): object {
    return { probability: this.#probability, failures: this.#failures, seed: this.#random.below(2 ** 31) };
  }

  async #watch(seat: Seat): Promise<void> {
    for (;;) {
      const { pid } = seat.server.process;
      const exit = await seat.server.process.exited;
      if (this.#isStopping) return;
      this.#inspect(exit);
      if (!this.#countKill(exit.stderr)) {
        this.violations.push(`A process ended by itself (${exit.signal ?? exit.code}):\n${exit.stdout}${exit.stderr}`);
      }
      await this.#endLeasesOf(pid ?? 0);
      seat.server = await this.#startAgain(seat.server);
    }
  }

  /** As an init system does: until it stays. */
  async #startAgain(server: Server): Promise<Server> {
    for (;;) {
      try {
        return await server.restart({ CRASH_ORDERS: JSON.stringify({ randomKills: this.#randomKills() }) });
      } catch (error) {
        // Killed again while it started, or the database was away: then it says so in one sentence and ends.
        const text = String(error);
        if (!this.#countKill(text) && !/The database can't be opened|did not become ready/.test(text)) throw error;
        await pause(200);
      }
    }
  }

  #countKill(text: string): boolean {
    const at = KILLED.exec(text)?.[1];
    if (at === undefined) return false;
    this.kills.set(at, (this.kills.get(at) ?? 0) + 1);
    return true;
  }

  #inspect(exit: { stdout: string; stderr: string }): void {
    const unhandled = unhandledIn(exit);
    if (unhandled !== undefined) this.violations.push(unhandled);
  }

  /** A dead process's leases last for up to a minute; a waiting run would test little else. */
  async #endLeasesOf(pid: number): Promise<void> {
    if (this.installation.databaseUrl === null) return;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const database = await openRaw(this.installation);
        await database.run(
          `UPDATE generation_item SET lease_until = 1 WHERE state = 'RUNNING' AND lease_owner LIKE '%-${pid}'`,
        );
        await database.close();
        return;
      } catch (error) {
        // The database may be away as well.
        if (attempt === 100) throw error;
        await pause(200);
      }
    }
  }
}
