import { startContenders, startUpstream } from './pipeline/contenders.mjs';
import { cpuMsOf } from './pipeline/processes.mjs';
import { thumbnailsUnder } from './pipeline/thumbnails.mjs';
import { warmUp } from './pipeline/warm-up.mjs';
import { call, temporaryFolder } from './server.mjs';
import { load, median, percentile, round } from './statistics.mjs';

const CLIENTS = 16;
const SIZES = [
  { picture: '1.2 MB', bytes: 1_200_000, requests: 160 },
  { picture: '60 kB', bytes: 60_000, requests: 320 },
];

export const title = `Images as base64 by POST /v1/images/generations, ${CLIENTS} clients: stored and paid for, beside who only passes them on`;

/** A row for each contender and size, medians of interleaved rounds. Nothing but successes is counted. */
export async function run({ isShort }) {
  const rounds = Number(process.env.ROUNDS ?? (isShort ? 1 : 3));
  const rows = [];
  for (const size of SIZES) rows.push(...(await measureSize(size, rounds, isShort ? 0.5 : 1)));
  return rows;
}

async function measureSize({ picture, bytes, requests }, rounds, share) {
  const { folder, remove } = temporaryFolder();
  const upstream = await startUpstream(bytes);
  let stop = async () => undefined;
  try {
    const started = await startContenders(upstream, folder, requestsByKey);
    stop = started.stop;
    // Who answers by a link is no rival here.
    const contenders = started.contenders.filter(({ name }) => name !== 'checked store');
    await warmUp(contenders);
    const measured = contenders.map(() => []);
    for (let index = 0; index < rounds; index += 1)
      for (const [at, contender] of contenders.entries()) {
        // Thumbnails of earlier images are no part of what an answer costs.
        await thumbnailsUnder(folder).settled();
        measured[at].push(await measure(contender, Math.round(requests * share)));
      }
    return rowsOf(picture, contenders, measured);
  } finally {
    await stop();
    await upstream.stop();
    remove();
  }
}

/** As OpenAI's clients ask: each user by a key, the answer holds the image. */
async function requestsByKey(origin, tokens) {
  const keys = [];
  for (const token of tokens) {
    const { key } = await call(origin, '/api/v1/api-keys', {
      token,
      body: { name: 'Benchmark', scopes: ['generate'] },
    });
    keys.push(key);
  }
  return (index) => ({
    path: '/v1/images/generations',
    headers: { authorization: `Bearer ${keys[index % keys.length]}` },
    body: { model: 'standard', prompt: `A harbour at dusk, number ${index}`, n: 1, response_format: 'b64_json' },
  });
}

async function measure({ pid, request }, requests) {
  const cpuBefore = pid ? cpuMsOf(pid) : 0;
  const { latencies, elapsedMs } = await load(requests, CLIENTS, request);
  return {
    'req/s': (requests / elapsedMs) * 1_000,
    'p50 ms': percentile(latencies, 0.5),
    'p95 ms': percentile(latencies, 0.95),
    'CPU ms/req': pid ? (cpuMsOf(pid) - cpuBefore) / requests : undefined,
  };
}

function rowsOf(picture, contenders, measured) {
  const rows = contenders.map(({ name }, at) => {
    const figure = (of) => {
      const values = measured[at].map((one) => one[of]).filter((value) => value !== undefined);
      return values.length === 0 ? undefined : round(median(values));
    };
    const names = ['req/s', 'p50 ms', 'p95 ms', 'CPU ms/req'];
    return { picture, contender: name, ...Object.fromEntries(names.map((of) => [of, figure(of)])) };
  });
  const peer = rows.find(({ contender }) => contender === 'portkey');
  const ratio = (row, of) => (peer && row[of] !== undefined ? round(row[of] / peer[of], 2) : undefined);
  return rows.map((row) => ({
    ...row,
    'req/s to Portkey': ratio(row, 'req/s'),
    'CPU to Portkey': ratio(row, 'CPU ms/req'),
  }));
}
