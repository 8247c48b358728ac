import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../until.js';

export interface Accepted {
  readonly id: string;
  readonly message: { readonly type: string; readonly data: Readonly<Record<string, string | number>> };
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Seen {
  readonly accepted: readonly Accepted[];
  /** Ids of messages that had been accepted before. */
  readonly repeated: readonly string[];
  readonly refused: readonly string[];
}

/** A receiver of webhooks that runs beside the server and verifies with the official library. */
export class Shop {
  private constructor(
    private readonly child: ChildProcess,
    private readonly origin: string,
  ) {}

  static async open(): Promise<Shop> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'shop-process.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new Shop(child, line.replace('Listening on ', ''));
  }

  get url(): string {
    return `${this.origin}/hooks`;
  }

  /** Has it believe what is signed with this secret, and nothing else. */
  async trust(secret: string): Promise<void> {
    await fetch(`${this.origin}/_trust`, { method: 'PUT', body: secret });
  }

  async seen(): Promise<Seen> {
    return (await (await fetch(`${this.origin}/_seen`)).json()) as Seen;
  }

  /** Delivers something that did not come from the server. @returns the status that it is answered with */
  async tell(headers: Record<string, string>, body: string): Promise<number> {
    return (await fetch(this.url, { method: 'POST', headers, body })).status;
  }

  /** Waits until what it has seen is enough. */
  async until(isEnough: (seen: Seen) => boolean): Promise<Seen> {
    return until(async () => {
      const seen = await this.seen();
      return isEnough(seen) ? seen : undefined;
    });
  }

  async close(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
  }
}
