// A process that measures one provider: it is told what to do by its parent, answers once, and is ended by it.
import { load } from '../statistics.mjs';
import { openAdapter } from './adapter.mjs';

const WARM_UP_IMAGES = 20;
const SAMPLES = 10;

process.once('message', async ({ what, ...task }) => {
  process.send(await { latency, memory }[what](task));
});

/** The same request directly and through the adapter, in turns. */
async function latency({ provider, origin, tier, images, rounds, clients: all }) {
  const { generate } = await openAdapter(provider, origin, tier);
  await load(WARM_UP_IMAGES, 4, generate);
  const direct = await directRequest(origin);
  await load(WARM_UP_IMAGES, 4, direct);
  const results = all.map((clients) => ({ clients, direct: [], adapter: [], cpuMs: 0 }));
  for (let round = 0; round < rounds; round += 1) {
    for (const result of results) {
      const directly = async () => result.direct.push(...(await load(images, result.clients, direct)).latencies);
      const through = async () => {
        const before = process.cpuUsage();
        result.adapter.push(...(await load(images, result.clients, generate)).latencies);
        const { user, system } = process.cpuUsage(before);
        result.cpuMs += (user + system) / 1_000;
      };
      // Whoever comes second finds a machine that the first has left busy or warm.
      for (const measure of round % 2 === 0 ? [directly, through] : [through, directly]) await measure();
    }
  }
  return results;
}

/** Resident memory after each tenth of the images. */
async function memory({ provider, origin, tier, images, clients }) {
  const { generate } = await openAdapter(provider, origin, tier);
  const samples = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    await load(images / SAMPLES, clients, generate);
    samples.push(process.memoryUsage().rss / 2 ** 20);
  }
  return { samples, peakMib: process.resourceUsage().maxRSS / 1024 };
}

/** The request that the adapter made last, as anybody would write it: sent with `fetch`, parsed and decoded. */
async function directRequest(origin) {
  const { requests } = await (await fetch(`${origin}/_fake`)).json();
  const { method, path, headers, body } = requests.at(-1);
  // What belongs to the connection and not to the request.
  for (const name of ['connection', 'host', 'content-length']) delete headers[name];
  return async () => {
    const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
    Buffer.from(longestText(await response.json()), 'base64');
  };
}

/** Where the image is in an answer, whoever gave it. */
function longestText(value) {
  if (typeof value === 'string') return value;
  const texts = value && typeof value === 'object' ? Object.values(value).map(longestText) : [];
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
