import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/services.mjs';
import { createDatabase, createEmptyDatabase, type DatabaseKind, databaseUnderTest, dropDatabase } from './database.js';
import { watchServer } from './watched-servers.js';
import { type Environment, type Exit, ServerProcess } from './server-process.js';

/** The administrator that every server is started with, unless it is asked to begin with nobody. */
export const ADMIN = { email: 'admin@atelier.test', password: 'umbrella-quartz-71-harbour' } as const;

/** A suite asks more in a minute than anybody should; what it may not is the matter of one spec. */
const LIMITS = {
  RATE_LIMIT_ADDRESS: '1000000',
  RATE_LIMIT_USER: '1000000',
  RATE_LIMIT_API_KEY: '1000000',
  RATE_LIMIT_ACCOUNT: '1000000',
  CONCURRENCY_LIMIT_ADDRESS: '10000',
  CONCURRENCY_LIMIT_PRINCIPAL: '10000',
} as const;

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface ServerOptions {
  /** Added to (and stronger than) the environment below. */
  env?: Environment;
  /** False: the first start of all. The database is empty, and the server prints its one-time set-up link. */
  hasAdmin?: boolean;
  /** Default: what E2E_DATABASE says. */
  database?: DatabaseKind;
  /** Module that Node loads before the product. */
  preload?: string;
  /** A MariaDB instance other than the shared one. */
  instanceUrl?: string;
  /** Folder in which the data folder is made; default: that for temporary files. */
  parentFolder?: string;
}

/** A running server with data of its own. */
export interface Server {
  readonly origin: string;
  readonly port: number;
  readonly dataDir: string;
  /** Null on SQLite. */
  readonly databaseUrl: string | null;
  readonly process: ServerProcess;
  logs(): string;
  waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** SIGTERM; the data stay. Rejects when it hangs. */
  stop(): Promise<Exit>;
  /** SIGKILL; the data stay. */
  kill(): Promise<Exit>;
  /** A new process on the same port, data and environment; stops this one first when it still runs. */
  restart(env?: Environment): Promise<Server>;
  /** Another process on the same data, which must then be in a database that can be shared; `stop()` it when done. */
  sibling(env?: Environment): Promise<Server>;
  /**
   * Stops it, or whoever came after it, and removes its data. Rejects when it had died: a crash must not hide behind the
   * failures it causes.
   */
  dispose(): Promise<void>;
}

/** Starts the built product and resolves when `GET /health/ready` says so; `dispose()` it when done. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const port = await freePort();
  const dataDir = await mkdtemp(join(options.parentFolder ?? tmpdir(), 'atelier-e2e-'));
  const isMariadb = (options.database ?? databaseUnderTest()) === 'mariadb';
  const isNew = options.hasAdmin === false;
  const create = () => (isNew ? createEmptyDatabase() : createDatabase(options.instanceUrl));
  const databaseUrl = isMariadb ? await create() : null;
  const env = {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: dataDir,
    LOG_FORMAT: 'json',
    MOCK_DIRECTIVES: 'true',
    ...LIMITS,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    ...(isNew ? {} : { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password }),
    ...options.env,
  };
  try {
    return await launch({ port, dataDir, databaseUrl, env, preload: options.preload });
  } catch (error) {
    await removeData(dataDir, databaseUrl);
    throw error;
  }
}

/** Runs the built product with exactly this environment until it ends by itself: for starts that must be refused. */
export async function runServer(env: Environment, timeoutMs = 30_000): Promise<Exit> {
  const server = new ServerProcess(env);
  const exit = await Promise.race([server.exited, pause(timeoutMs, null, { ref: false })]);
  if (exit !== null) return exit;
  server.send('SIGKILL');
  await server.exited;
  throw new Error(`The server was expected to end by itself, but it ran on:\n${server.logs()}`);
}

interface Launch {
  port: number;
  dataDir: string;
  databaseUrl: string | null;
  env: Environment;
  preload: string | undefined;
}

async function launch(spec: Launch): Promise<Server> {
  const server = new ServerProcess(spec.env, spec.preload);
  const origin = `http://127.0.0.1:${spec.port}`;
  watchServer(origin);
  let isEnded = false;
  let successor: Server | undefined;
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    isEnded = true;
    return endWith(server, signal);
  };
  const stop = () => end('SIGTERM');
  try {
    await untilReady({ process: server, origin });
  } catch (error) {
    await endWith(server, 'SIGKILL');
    throw error;
  }
  return {
    origin,
    port: spec.port,
    dataDir: spec.dataDir,
    databaseUrl: spec.databaseUrl,
    process: server,
    logs: () => server.logs(),
    waitForLog: (pattern, timeoutMs) => server.waitForLog(pattern, timeoutMs),
    stop,
    kill: () => end('SIGKILL'),
    restart: async (env) => {
      await stop();
      successor = await launch({ ...spec, env: { ...spec.env, ...env } });
      return successor;
    },
    sibling: async (env) => {
      const port = await freePort();
      return launch({ ...spec, port, env: { ...spec.env, PORT: String(port), ...env } });
    },
    dispose: async () => {
      if (successor) return successor.dispose();
      const hasDied = !isEnded && !server.isRunning;
      const { code, signal } = await stop();
      await removeData(spec.dataDir, spec.databaseUrl);
      if (hasDied && code !== 0) throw new Error(`The server ended by itself (${signal ?? code}):\n${server.logs()}`);
    },
  };
}

/** Waits until it says that it is ready, as it may be late to on a busy machine; rejects when it died or says no for good. */
export async function untilReady({ process: server, origin }: Pick<Server, 'process' | 'origin'>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (server.isRunning && Date.now() < deadline) {
    const answer = await fetch(`${origin}/health/ready`).catch(() => null);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`The server did not become ready:\n${server.logs()}`);
}

async function endWith(server: ServerProcess, signal: NodeJS.Signals): Promise<Exit> {
  server.send(signal);
  const exit = await Promise.race([server.exited, pause(STOP_TIMEOUT_MS, null, { ref: false })]);
  if (exit !== null) return exit;
  server.send('SIGKILL');
  await server.exited;
  throw new Error(`The server did not stop within ${STOP_TIMEOUT_MS} ms of ${signal}:\n${server.logs()}`);
}

async function removeData(dataDir: string, databaseUrl: string | null): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  if (databaseUrl !== null) await dropDatabase(databaseUrl);
}
