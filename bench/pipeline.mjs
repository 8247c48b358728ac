import { startContenders, startUpstream } from './pipeline/contenders.mjs';
import { cpuMsOf, resetPeakRss, rssMibOf } from './pipeline/processes.mjs';
import { thumbnailsUnder } from './pipeline/thumbnails.mjs';
import { warmUp } from './pipeline/warm-up.mjs';
import { temporaryFolder } from './server.mjs';
import { load, median, percentile, round } from './statistics.mjs';

const LOADS = [
  { delayMs: 0, clients: 1, requests: 40 },
  { delayMs: 0, clients: 16, requests: 160 },
  { delayMs: 0, clients: 64, requests: 192 },
  { delayMs: 200, clients: 1, requests: 10 },
  { delayMs: 200, clients: 16, requests: 96 },
  { delayMs: 200, clients: 64, requests: 256 },
  { delayMs: 0, clients: 16, requests: 480, isSustained: true },
];
/** What most of the goals are about, in half a minute. */
const SHORT_LOADS = [
  { delayMs: 0, clients: 1, requests: 20 },
  { delayMs: 0, clients: 16, requests: 96 },
  { delayMs: 0, clients: 16, requests: 240, isSustained: true },
];
/** How much is added to a picture of which little has to be moved. */
const SMALL_LOADS = [{ delayMs: 0, clients: 1, requests: 100 }];
/** Of these it is asked how they go on for a while, thumbnails and all. */
const SUSTAINED = new Set(['atelier', 'portkey']);

export const title =
  'Generate a 1.2 MB PNG with a local fake of OpenAI: hold, call, check, store with fsync, capture; SQLite, synchronous=FULL';

/** A row for each contender, picture and load, medians of interleaved rounds. Nothing but successes is counted. */
export async function run({ isShort }) {
  const rounds = Number(process.env.ROUNDS ?? (isShort ? 1 : 3));
  const large = await measureAll('1.2 MB', 1_200_000, isShort ? SHORT_LOADS : LOADS, rounds);
  const small = await measureAll('60 kB', 60_000, SMALL_LOADS, rounds);
  const rows = [...large.rows, ...small.rows];
  printGoals(rows, large);
  return rows;
}

async function measureAll(picture, pictureBytes, loads, rounds) {
  const { folder, remove } = temporaryFolder();
  const upstream = await startUpstream(pictureBytes);
  let stop = async () => undefined;
  try {
    const started = await startContenders(upstream, folder);
    const { contenders, server } = started;
    stop = started.stop;
    const idleRssMib = rssMibOf(server.pid, 'VmRSS');
    const thumbnails = thumbnailsUnder(folder);
    await warmUp(contenders);
    await thumbnails.settled();
    const measured = new Map();
    for (let index = 0; index < rounds; index += 1) {
      for (const one of loads) {
        await upstream.setDelay(one.delayMs);
        for (const contender of contenders.filter(({ name }) => !one.isSustained || SUSTAINED.has(name))) {
          const key = JSON.stringify([contender.name, one]);
          const figures = await measure(contender, one, { server, thumbnails });
          measured.set(key, [...(measured.get(key) ?? []), { contender: contender.name, picture, ...one, ...figures }]);
        }
      }
    }
    return { rows: [...measured.values()].map(medianRow), readyMs: server.readyMs, idleRssMib };
  } finally {
    await stop();
    await upstream.stop();
    remove();
  }
}

async function measure({ name, pid, request }, { clients, requests }, { server, thumbnails }) {
  const isAtelier = name === 'atelier';
  if (pid) resetPeakRss(pid);
  if (isAtelier) await server.figures();
  const madeBefore = thumbnails.pairs();
  const cpuBefore = pid ? cpuMsOf(pid) : 0;
  const begunAtMs = Date.now();
  const { latencies, elapsedMs } = await load(requests, clients, request);
  const cpuMs = pid ? cpuMsOf(pid) - cpuBefore : undefined;
  const pairsMeanwhile = isAtelier ? thumbnails.pairs() - madeBefore : 0;
  const settledMs = isAtelier ? (await thumbnails.settled()) - begunAtMs : undefined;
  // What the others took afterwards tells what those took that were made in the same time as the answers.
  const cpuMsPerPair = isAtelier ? (cpuMsOf(pid) - cpuBefore - cpuMs) / Math.max(1, requests - pairsMeanwhile) : 0;
  return {
    'req/s': (requests / elapsedMs) * 1_000,
    'p50 ms': percentile(latencies, 0.5),
    'p95 ms': percentile(latencies, 0.95),
    'CPU ms/req': cpuMs === undefined ? undefined : cpuMs / requests,
    'CPU ms/req, thumbnails apart':
      cpuMs === undefined ? undefined : (cpuMs - pairsMeanwhile * cpuMsPerPair) / requests,
    'with thumbnails, req/s': isAtelier ? (requests / settledMs) * 1_000 : undefined,
    'with thumbnails, CPU ms/req': isAtelier ? (cpuMsOf(pid) - cpuBefore) / requests : undefined,
    'peak RSS MiB': pid ? rssMibOf(pid) : undefined,
    'loop delay p99 ms': isAtelier ? (await server.figures()).eventLoopDelayP99Ms : undefined,
  };
}

function medianRow(rounds) {
  return Object.fromEntries(
    Object.entries(rounds[0]).map(([name, value]) => [
      name,
      typeof value === 'number' ? round(median(rounds.map((one) => one[name]))) : value,
    ]),
  );
}

/** What the goals compare, each beside its goal. */
function printGoals(rows, { readyMs, idleRssMib }) {
  const of = (contender, delayMs, clients, { picture = '1.2 MB', isSustained } = {}) =>
    rows.find(
      (row) =>
        row.contender === contender &&
        row.picture === picture &&
        row.delayMs === delayMs &&
        row.clients === clients &&
        row.isSustained === isSustained,
    ) ?? {};
  const addedMs = (contender, picture) =>
    round(of(contender, 0, 1, { picture })['p50 ms'] - of('direct', 0, 1, { picture })['p50 ms']);
  const ratio = (name, [a, ...load], b) => round(of(a, ...load)[name] / of(b, ...load)[name], 2);
  const rate = 'req/s';
  const sustained = { isSustained: true };
  const goals = [
    ['G1 req/s to Portkey, 16 clients', ratio(rate, ['atelier', 0, 16], 'portkey'), '>= 3'],
    [
      'G1 CPU to Portkey, thumbnails apart',
      ratio('CPU ms/req, thumbnails apart', ['atelier', 0, 16], 'portkey'),
      '<= 0.4',
    ],
    [
      'G2 with thumbnails, sustained, to Portkey',
      round(of('atelier', 0, 16, sustained)['with thumbnails, req/s'] / of('portkey', 0, 16, sustained)[rate], 2),
      '>= 0.8',
    ],
    ['G1 req/s to the checked store', ratio(rate, ['atelier', 0, 16], 'checked store'), ''],
    [
      'G1 CPU to the checked store, thumbnails apart',
      ratio('CPU ms/req, thumbnails apart', ['atelier', 0, 16], 'checked store'),
      '',
    ],
    ['G1 req/s of the checked store to Portkey', ratio(rate, ['checked store', 0, 16], 'portkey'), ''],
    ['G4 p50 to direct, 64 clients, 200 ms', ratio('p50 ms', ['atelier', 200, 64], 'direct'), '<= 2.2'],
    ['G4 p95 to Portkey', ratio('p95 ms', ['atelier', 200, 64], 'portkey'), '<= 0.3'],
    ['G4 req/s to Portkey', ratio(rate, ['atelier', 200, 64], 'portkey'), '>= 3'],
    ['G5 p50 added to direct, 1 client, ms', addedMs('atelier'), '<= 10'],
    ['G5 the same, 60 kB', addedMs('atelier', '60 kB'), '<= 6'],
    ['G1 CPU of the checked store to Portkey', ratio('CPU ms/req', ['checked store', 0, 16], 'portkey'), ''],
    ['G4 p50 of the checked store to direct', ratio('p50 ms', ['checked store', 200, 64], 'direct'), ''],
    ['G4 req/s of the checked store to Portkey', ratio(rate, ['checked store', 200, 64], 'portkey'), ''],
    ['G5 p50 that the checked store adds to direct, ms', addedMs('checked store'), ''],
    ['G5 the same, 60 kB, checked store', addedMs('checked store', '60 kB'), ''],
    ['G16 peak RSS to Portkey, 64 clients', ratio('peak RSS MiB', ['atelier', 0, 64], 'portkey'), '<= 1'],
    ['G16 start to ready, ms', round(readyMs), ''],
    ['G16 idle RSS, MiB', round(idleRssMib), ''],
  ];
  // What was not measured is left out.
  const measured = goals.filter(([, here]) => !Number.isNaN(here));
  console.table(measured.map(([goal, here, wanted]) => ({ goal, here, wanted })));
}
