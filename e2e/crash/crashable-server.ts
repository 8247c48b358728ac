import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseKind } from '../support/database.js';
import { endLeases } from '../support/leases.js';
import type { Environment, Exit } from '../support/server-process.js';
import { type Server, startServer } from '../support/server.js';
import { type Installation, openRaw } from './audit/records.js';
import { unhandledIn } from './unhandled.js';

export const PRELOAD = join(import.meta.dirname, 'preload', 'crash-preload.mjs');

const REACH_TIMEOUT_MS = 40_000;

/** The built product on data of its own, which is killed and started again as often as wanted. */
export class CrashableServer {
  private constructor(private server: Server) {}

  static async start(database: DatabaseKind, env: Environment = {}, instanceUrl?: string): Promise<CrashableServer> {
    return new CrashableServer(
      await startServer({ database, preload: PRELOAD, env: { LOG_LEVEL: 'warn', ...env }, instanceUrl }),
    );
  }

  get origin(): string {
    return this.server.origin;
  }

  get current(): Server {
    return this.server;
  }

  get installation(): Installation {
    return this.server;
  }

  /**
   * Has the process killed when it passes the boundary during the work.
   * @returns the answer to the work, where it was given before
   * @throws when the boundary is not reached
   */
  async dieAt<Result>(at: string, work: () => Promise<Result>): Promise<Result | undefined> {
    await this.server.process.order('arm', { at });
    // The connection ends with the process: no answer is the expected one.
    const [answer] = await Promise.all([work().catch(() => undefined), this.expectDeathAt(at)]);
    return answer;
  }

  /** Starts the process anew and has it killed when it passes the boundary by itself. */
  async dieInTheNextStart(at: string): Promise<void> {
    try {
      this.server = await this.server.restart({ CRASH_ORDERS: JSON.stringify({ arm: { at } }) });
    } catch (error) {
      // Dead before it was ready; what it printed is in the message.
      if (String(error).includes(`crash: killed at ${at}`)) return;
      throw error;
    }
    await this.expectDeathAt(at);
  }

  async kill(): Promise<void> {
    this.assertNothingUnhandled(await this.server.kill());
  }

  /** Kills the process if it still runs, and takes everything from the database that is in it. */
  async emptyDatabase(): Promise<void> {
    await this.kill();
    const { databaseUrl, dataDir } = this.server;
    if (databaseUrl === null) {
      for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `atelier.sqlite${end}`), { force: true });
      return;
    }
    const name = new URL(databaseUrl).pathname.slice(1);
    const database = await openRaw(this.server);
    await database.run(`DROP DATABASE ${name}`);
    await database.run(`CREATE DATABASE ${name}`);
    await database.close();
  }

  /** Starts a process on what the last one left. */
  async restart(env: Environment = {}): Promise<void> {
    if (this.server.process.isRunning) await this.kill();
    await endLeases(this.server);
    await this.startAgain(env);
  }

  /** The same, with the leases of the last one still running. */
  async startAgain(env: Environment = {}): Promise<void> {
    this.server = await this.server.restart({ CRASH_ORDERS: '', ...env });
  }

  async dispose(): Promise<void> {
    this.assertNothingUnhandled(await this.server.stop());
    await this.server.dispose();
  }

  private async expectDeathAt(at: string): Promise<void> {
    const exit = await Promise.race([this.server.process.exited, pause(REACH_TIMEOUT_MS, null, { ref: false })]);
    if (exit === null) throw new Error(`Nothing passes ${at} any more`);
    if (!exit.stderr.includes(`crash: killed at ${at}\n`))
      throw new Error(`It died elsewhere than at ${at}:\n${exit.stdout}${exit.stderr}`);
    this.assertNothingUnhandled(exit);
  }

  private assertNothingUnhandled(exit: Exit): void {
    const unhandled = unhandledIn(exit);
    if (unhandled !== undefined) throw new Error(unhandled);
  }
}
