import { setTimeout as sleep } from 'node:timers/promises';
import { call, startServer, temporaryFolder } from './server.mjs';
import { load, percentile, round } from './statistics.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const LOADS = [
  { tier: 'standard', images: 60, concurrency: 1 },
  { tier: 'standard', images: 120, concurrency: 16 },
  { tier: 'premium4', images: 16, concurrency: 1 },
  { tier: 'premium4', images: 24, concurrency: 8 },
];
/** How often the health route is asked while images are made, to see what everybody else notices. */
const PULSE_MS = 20;

export const title = 'Generate with the mock provider: hold, draw, check, store with fsync, capture';

/** Images through the whole product; each row is the median of three interleaved rounds. */
export async function run() {
  const { folder, remove } = temporaryFolder();
  const server = await startServer(folder);
  try {
    const token = await server.signIn();
    const { id } = await call(server.origin, '/api/v1/auth/me', { token });
    const grant = { user_id: id, amount: 1_000_000, reason: 'Benchmark' };
    await call(server.origin, '/api/v1/admin/credits/grants', { token, body: grant });
    const rows = LOADS.map(() => []);
    for (let roundIndex = 0; roundIndex < ROUNDS; roundIndex += 1) {
      for (const [index, one] of LOADS.entries()) rows[index].push(await measure(server, token, one, roundIndex));
    }
    return rows.map((rounds) => medianRow(rounds));
  } finally {
    await server.stop();
    remove();
  }
}

async function measure(server, token, { tier, images, concurrency }, roundIndex) {
  const before = await server.figures();
  const pulse = startPulse(server.origin);
  const { latencies, elapsedMs } = await load(images, concurrency, (index) =>
    call(server.origin, '/api/v1/studio/generate', {
      token,
      body: { prompt: `A harbour at dusk, number ${roundIndex}-${index}`, tier },
    }),
  );
  const healthLatencies = await pulse.stop();
  const after = await server.figures();
  return {
    tier,
    clients: concurrency,
    'images/s': (images / elapsedMs) * 1_000,
    'p50 ms': percentile(latencies, 0.5),
    'p95 ms': percentile(latencies, 0.95),
    'CPU ms/image': ((after.cpuSeconds - before.cpuSeconds) / images) * 1_000,
    'loop delay p99 ms': after.eventLoopDelayP99Ms,
    'loop delay max ms': after.eventLoopDelayMaxMs,
    'health p99 ms': percentile(healthLatencies, 0.99),
    'peak RSS MiB': after.peakRssMib,
  };
}

function startPulse(origin) {
  const latencies = [];
  let isOn = true;
  const done = (async () => {
    while (isOn) {
      const begunAt = performance.now();
      await call(origin, '/health/live');
      latencies.push(performance.now() - begunAt);
      await sleep(PULSE_MS);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await done;
      return latencies;
    },
  };
}

function medianRow(rounds) {
  return Object.fromEntries(
    Object.entries(rounds[0]).map(([name, value]) => [
      name,
      typeof value === 'number' && name !== 'clients'
        ? round(
            percentile(
              rounds.map((one) => one[name]),
              0.5,
            ),
          )
        : value,
    ]),
  );
}
