import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Service, startRedis } from '../../../tools/services.mjs';

/** A Redis of one's own that comes late, forgets everything, dies and comes back with what it knew long ago. */
export class ForgetfulRedis {
  private constructor(private readonly service: Service) {}

  static async start(): Promise<ForgetfulRedis> {
    return new ForgetfulRedis(await startRedis());
  }

  get url(): string {
    return this.service.url;
  }

  /** To be there only later: the product must start without it. */
  die(): Promise<void> {
    return this.service.signal('SIGKILL');
  }

  async misbehave(durationMs: number): Promise<void> {
    await pause(durationMs / 4);
    await this.service.restart();
    await pause(durationMs / 8);
    // From here on this is what it knows when it has died.
    await this.#tell((client) => client.save());
    for (let number = 0; number < 2; number += 1) {
      await pause(durationMs / 8);
      await this.#tell((client) => client.flushall());
    }
    await pause(durationMs / 8);
    await this.die();
    await pause(durationMs / 8);
    await this.service.restart();
    await pause(durationMs / 8);
  }

  async #tell(command: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = new Redis(this.url);
    await command(client);
    client.disconnect();
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}

/** Where there is none, the product keeps this much of a disk free and refuses new work. */
const DISK_MEGABYTES = 640;

/** A disk in memory that can be filled to its last byte; only root may make one. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'atelier-disk-'));

  constructor(megabytes = DISK_MEGABYTES) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', this.folder]);
  }

  static get isPossible(): boolean {
    return process.getuid?.() === 0;
  }

  async misbehave(durationMs: number): Promise<void> {
    await pause(durationMs / 4);
    const filling = this.fill();
    await pause(durationMs / 2);
    await rm(filling);
    await pause(durationMs / 4);
  }

  /** Leaves room for nothing. @returns the file that takes it */
  fill(): string {
    const filling = join(this.folder, 'filling');
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${filling}`, 'bs=1M'], { stdio: 'ignore' });
    } catch {
      // It ends because there is no room left, which is what it is for.
    }
    return filling;
  }

  remove(): void {
    execFileSync('umount', [this.folder]);
    rmdirSync(this.folder);
  }
}
