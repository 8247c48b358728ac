import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { cpuMsOf, startProgram } from './pipeline/processes.mjs';
import { call, startServer, temporaryFolder } from './server.mjs';
import { load, median, percentile, round } from './statistics.mjs';

const CONNECTIONS = 64;
const IMAGES = 60;
const SECONDS = 4;
/** Between one grant and the next, where credits move. */
const GRANT_PAUSE_MS = 50;

export const title = `Authenticated reads with ${CONNECTIONS} clients, beside bare node:http and a bare NestJS hello; SQLite`;

/** A row for each route and credential, medians of interleaved rounds. Nothing but successes is counted. */
export async function run({ isShort }) {
  const rounds = Number(process.env.ROUNDS ?? (isShort ? 1 : 3));
  const seconds = isShort ? 2 : SECONDS;
  const { folder, remove } = temporaryFolder();
  const server = await startServer(folder);
  const program = (name) => startProgram(join(import.meta.dirname, 'api', name));
  const [node, nest] = [await program('bare-node.mjs'), await program('bare-nest.mjs')];
  try {
    const credentials = await prepare(server);
    const { id } = await call(server.origin, '/api/v1/auth/me', { token: credentials.token });
    const contenders = [
      { name: 'bare node:http', origin: node.origin, pid: node.pid, path: '/' },
      { name: 'bare NestJS', origin: nest.origin, pid: nest.pid, path: '/' },
      ...contendersOf(server, credentials, id),
    ];
    for (const contender of contenders) await measure(contender, 1);
    const measured = contenders.map(() => []);
    for (let index = 0; index < rounds; index += 1)
      for (const [at, contender] of contenders.entries()) measured[at].push(await measure(contender, seconds));
    return rowsOf(contenders, measured);
  } finally {
    await Promise.all([server.stop(), node.stop(), nest.stop()]);
    remove();
  }
}

/** An administrator with a page of images, by token and by key. */
async function prepare(server) {
  const token = await server.signIn();
  await load(IMAGES, 8, (index) =>
    call(server.origin, '/api/v1/studio/generate', {
      token,
      body: { prompt: `A harbour at dusk, number ${index}`, tier: 'standard' },
    }),
  );
  const body = { name: 'Benchmark', scopes: ['credits:read', 'images:read', 'generate'] };
  const { key } = await call(server.origin, '/api/v1/api-keys', { token, body });
  return { token: await server.signIn(), key };
}

/** Gives the administrator a credit again and again, until it is told to stop. */
function moveCredits({ origin }, token, userId) {
  const stopping = new AbortController();
  const done = (async () => {
    while (!stopping.signal.aborted) {
      await call(origin, '/api/v1/admin/credits/grants', {
        token,
        body: { user_id: userId, amount: 1, reason: 'Benchmark' },
      });
      await sleep(GRANT_PAUSE_MS);
    }
  })();
  return async () => {
    stopping.abort();
    await done;
  };
}

/** @param userId whose credentials these are */
function contendersOf(server, credentials, userId) {
  const { origin, pid } = server;
  const routes = {
    balance: '/api/v1/credits/balance',
    'my creations, 50': '/api/v1/studio/my-creations?limit=50',
    options: '/api/v1/studio/options',
  };
  const moving = {
    ...{ name: `balance, by token, a grant every ${GRANT_PAUSE_MS} ms`, origin, pid, path: routes.balance },
    headers: { authorization: `Bearer ${credentials.token}` },
    meanwhile: () => moveCredits(server, credentials.token, userId),
  };
  const quiet = Object.entries(routes).flatMap(([route, path]) =>
    Object.entries(credentials).map(([kind, credential]) => ({
      ...{ name: `${route}, by ${kind}`, origin, pid, path },
      headers: { authorization: `Bearer ${credential}` },
    })),
  );
  return [...quiet.slice(0, 2), moving, ...quiet.slice(2)];
}

async function measure({ name, origin, pid, path, headers = {}, meanwhile }, duration) {
  const latencies = [];
  const stop = meanwhile?.();
  const cpuBefore = cpuMsOf(pid);
  const running = autocannon({ url: origin + path, headers, connections: CONNECTIONS, duration });
  running.on('response', (_client, status, _bytes, latencyMs) => {
    if (status !== 200) throw new Error(`${name} was answered ${status}`);
    latencies.push(latencyMs);
  });
  const { errors, duration: tookS } = await running;
  await stop?.();
  if (errors > 0) throw new Error(`${name}: ${errors} connections failed`);
  return {
    'req/s': latencies.length / tookS,
    'p50 ms': percentile(latencies, 0.5),
    'p95 ms': percentile(latencies, 0.95),
    'CPU ms/req': (cpuMsOf(pid) - cpuBefore) / latencies.length,
  };
}

function rowsOf(contenders, measured) {
  const rows = contenders.map(({ name }, at) => {
    const figure = (of, digits) => round(median(measured[at].map((one) => one[of])), digits);
    return {
      contender: name,
      'req/s': figure('req/s', 0),
      'p50 ms': figure('p50 ms', 2),
      'p95 ms': figure('p95 ms', 2),
      'CPU ms/req': figure('CPU ms/req', 3),
    };
  });
  const [bare, nest] = rows;
  return rows.map((row) => ({
    ...row,
    'to node:http': round(row['req/s'] / bare['req/s'], 3),
    'to NestJS': round(row['req/s'] / nest['req/s'], 3),
    'CPU to NestJS': round(row['CPU ms/req'] / nest['CPU ms/req'], 1),
  }));
}
