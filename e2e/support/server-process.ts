import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const WORKSPACE = join(import.meta.dirname, '..', '..');
const ENTRY = join(WORKSPACE, 'backend', 'dist', 'main.js');

/** Servers are started by the hundred: what Node has compiled for one is kept for the next. */
export const COMPILE_CACHE = join(WORKSPACE, 'node_modules', '.cache', 'e2e');

/** And they live for seconds: with room for what a start leaves behind, none of that time goes into collecting it. */
export const ENGINE = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

export type Environment = Readonly<Record<string, string>>;

/** How a server process ended. */
export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The built product as a child process, with everything that it prints. */
export class ServerProcess {
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly printed = { stdout: '', stderr: '' };
  private watchers: (() => void)[] = [];

  /** @param preload module that Node loads before the product; it can be told things by {@link order} */
  constructor(env: Environment, preload?: string) {
    const isWatched = preload !== undefined;
    this.child = spawn(process.execPath, [...ENGINE, ...(isWatched ? ['--import', preload] : []), ENTRY], {
      cwd: WORKSPACE,
      // Nothing of the developer's own configuration reaches the server under test.
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...(isWatched ? (['ipc'] as const) : [])],
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this.printed[stream] += text;
        this.wake();
      });
    }
    // A runner that crashes must not leave servers behind.
    const killOrphan = () => this.child.kill('SIGKILL');
    process.once('exit', killOrphan);
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        process.off('exit', killOrphan);
        resolve({ code, signal, ...this.printed });
        this.wake();
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  logs(): string {
    return this.printed.stdout + this.printed.stderr;
  }

  /** Resolves with the match as soon as the server has printed it; rejects when it ends or `timeoutMs` pass without. */
  async waitForLog(pattern: RegExp, timeoutMs = 10_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.logs());
      if (match) return match;
      if (!this.isRunning || Date.now() > deadline) throw new Error(`${pattern} was not printed:\n${this.logs()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now() + 1);
        this.watchers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Has the preloaded module do something, and resolves when it has; rejects when the process ends before. */
  async order(name: string, order: unknown): Promise<void> {
    const done = once(this.child, 'message');
    this.child.send({ name, order });
    const ended = this.exited.then(() => Promise.reject(new Error(`The server ended before it could ${name}`)));
    await Promise.race([done, ended]);
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private wake(): void {
    const watchers = this.watchers;
    this.watchers = [];
    for (const watcher of watchers) watcher();
  }
}
