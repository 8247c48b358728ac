import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ENGINE } from '../tools/engine.mjs';
import { startProgram } from './pipeline/processes.mjs';
import { PROVIDERS } from './providers/set-ups.mjs';
import { median, percentile, round } from './statistics.mjs';

const ROOT = join(import.meta.dirname, '..');
const CLIENTS = [1, 32];
const MIB = 2 ** 20;
const LATENCY = { pictureBytes: 1_200_000, tier: 'standard', rounds: 6, images: 100 };
const MEMORY = { pictureBytes: 4 * MIB, tier: 'premium2', images: 1_000, clients: 8 };

export const title =
  'Providers: what an adapter adds to the same request by fetch, and its memory while it fetches images of 4 MB';

/**
 * Each provider against the fake of its vendor, in a process of its own: the built adapter with our way out, without
 * the rest of the product. `npm run bench -- pipeline` measures that.
 */
export async function run({ isShort }) {
  const rows = [];
  for (const provider of Object.keys(PROVIDERS)) {
    rows.push(...(await latencyRows(provider, isShort)), await memoryRow(provider, isShort));
  }
  return rows;
}

async function latencyRows(provider, isShort) {
  const { rounds, ...load } = LATENCY;
  const task = { ...load, clients: CLIENTS, rounds: isShort ? 2 : rounds };
  const results = await measured(provider, 'latency', task);
  return results.map(({ clients, direct, adapter, cpuMs }) => ({
    provider,
    measured: `${task.rounds * task.images} images of 1.2 MB`,
    clients,
    'direct p50 ms': round(median(direct)),
    'adapter p50 ms': round(median(adapter)),
    'added p50 ms': round(median(adapter) - median(direct)),
    'added p95 ms': round(percentile(adapter, 0.95) - percentile(direct, 0.95)),
    'CPU ms/image': round(cpuMs / adapter.length),
  }));
}

async function memoryRow(provider, isShort) {
  const task = { ...MEMORY, images: isShort ? MEMORY.images / 5 : MEMORY.images };
  const { peakMib, samples } = await measured(provider, 'memory', task);
  const at = (share) => round(samples[Math.ceil(samples.length * share) - 1], 0);
  return {
    provider,
    measured: `${task.images} images of 4 MB`,
    clients: task.clients,
    'RSS MiB after a tenth': at(0.1),
    'after a half': at(0.5),
    'after all': at(1),
    peak: round(peakMib, 0),
  };
}

/** Runs one measurement with a fake and a process that see nothing else. */
async function measured(provider, what, { pictureBytes, ...task }) {
  const fake = join(ROOT, 'backend', 'test', 'fakes', PROVIDERS[provider].fake, 'main.mjs');
  const upstream = await startProgram(fake, '--picture-bytes', String(pictureBytes));
  const child = fork(join(import.meta.dirname, 'providers', 'measured.mjs'), { execArgv: ENGINE });
  try {
    child.send({ provider, what, origin: upstream.origin, ...task });
    const [answer] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`The measurement of ${provider} ended with code ${code}`);
      }),
    ]);
    return answer;
  } finally {
    child.kill('SIGTERM');
    await upstream.stop();
  }
}
