import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINE, THREADS } from '../tools/engine.mjs';
import { freePort } from '../tools/services.mjs';

/** A profile is to tell which module takes how long, so it is taken of them as they were before they were joined. */
const ENTRY = join(import.meta.dirname, '..', 'backend', 'dist', process.env.PROFILE ? 'main.unbundled.js' : 'main.js');
const PROBE = join(import.meta.dirname, 'event-loop-probe.mjs');
/** For example `PROFILE=/tmp/profile`: where the server's CPU profile goes when it ends. */
const PROFILE = process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [];
/** A benchmark asks more in a minute than anybody should. */
const LIMITS = Object.fromEntries(
  ['ADDRESS', 'USER', 'API_KEY', 'ACCOUNT'].map((whose) => [`RATE_LIMIT_${whose}`, '10000000']),
);
const ADMIN = { email: 'bench@example.com', password: 'a-password-for-benchmarks' };

/** A data folder that is gone with the benchmark. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the built product and resolves when it is ready, with the milliseconds that took. */
export async function startServer(dataDir, variables = {}) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const begunAt = performance.now();
  const child = spawn(process.execPath, [...ENGINE, ...PROFILE, '--import', PROBE, ENTRY], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...THREADS,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      ...LIMITS,
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  while (!(await isReady(origin))) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}`);
    await sleep(10);
  }
  const readyMs = performance.now() - begunAt;
  return {
    origin,
    pid: child.pid,
    readyMs,
    /** The server's own figures since the last call. */
    async figures() {
      const answer = once(child, 'message');
      child.send('figures');
      return (await answer)[0];
    },
    async signIn() {
      const { access_token } = await call(origin, '/api/v1/auth/login', { body: ADMIN });
      return access_token;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

async function isReady(origin) {
  try {
    return (await fetch(`${origin}/health/ready`)).ok;
  } catch {
    return false;
  }
}

/** Calls the API as JSON; anything but a success is an error, so that no benchmark counts refusals as work. */
export async function call(origin, path, { body, token, method = body ? 'POST' : 'GET' } = {}) {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
