import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCanvas } from 'canvas';
import { median, round } from './statistics.mjs';

const MOCK = new URL('../backend/dist/modules/providers/adapters/mock/', import.meta.url);
const SIDE = 4_096;
const ROUNDS = 3;
const PICTURES = ['A lighthouse, 0', 'A lighthouse, 1', 'A lighthouse, 2', 'A lighthouse, 3', 'A lighthouse, 4'];
const AT_ONCE = 8;

export const title = `PNG of a mock picture at ${SIDE}², ours against canvas' default; the event loop while ${AT_ONCE} are made`;

/** A row for each picture, its times medians of interleaved rounds; the last row is about the event loop alone. */
export async function run() {
  const [{ paintArtwork }, { registerFonts }, { encodePng }, { ArtworkPool }] = await Promise.all(
    ['paint-artwork.js', 'fonts.js', 'png/encode-png.js', 'artwork-pool.js'].map((file) => import(new URL(file, MOCK))),
  );
  registerFonts();
  const rows = [];
  for (const prompt of PICTURES) {
    const pixels = paintArtwork({ width: SIDE, height: SIDE, prompt, seed: null });
    rows.push({ picture: prompt, ...(await compare(pixels, encodePng)) });
  }
  rows.push({ picture: `${AT_ONCE} at once`, ...(await watchEventLoop(new ArtworkPool())) });
  return rows;
}

async function compare(pixels, encodePng) {
  const canvas = canvasOf(pixels);
  const ours = [];
  const theirs = [];
  let sizes;
  for (let index = 0; index < ROUNDS; index += 1) {
    const [own, png] = await measure(() => encodePng(pixels, SIDE, SIDE));
    const [other, canvasPng] = await measure(() => canvas.toBuffer('image/png'));
    ours.push(own);
    theirs.push(other);
    sizes = [png.length, canvasPng.length];
  }
  const [own, other] = [ours, theirs].map((runs) => ({
    ms: median(runs.map(({ ms }) => ms)),
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
  }));
  return {
    'ours ms': round(own.ms, 0),
    'canvas ms': round(other.ms, 0),
    'time ratio': round(own.ms / other.ms, 2),
    'CPU ratio': round(own.cpuMs / other.cpuMs, 2),
    'ours MB': round(sizes[0] / 1e6, 2),
    'size ratio': round(sizes[0] / sizes[1], 2),
  };
}

async function measure(work) {
  const cpu = process.cpuUsage();
  const begunAt = performance.now();
  const result = await work();
  const ms = performance.now() - begunAt;
  const { user, system } = process.cpuUsage(cpu);
  return [{ ms, cpuMs: (user + system) / 1_000 }, result];
}

async function watchEventLoop(pool) {
  const never = new AbortController().signal;
  // Starting the threads is not what is measured here.
  await pool.render({ width: 64, height: 64, prompt: 'Warm-up', seed: null }, never);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begunAt = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      pool.render({ width: SIDE, height: SIDE, prompt: `A lighthouse, ${index}`, seed: null }, never),
    ),
  );
  const elapsedMs = performance.now() - begunAt;
  delay.disable();
  await pool.close();
  return {
    'ms each': round(elapsedMs / AT_ONCE, 0),
    'loop delay p99 ms': round(delay.percentile(99) / 1e6),
    'loop delay max ms': round(delay.max / 1e6),
  };
}

function canvasOf(pixels) {
  const canvas = createCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d');
  const image = context.createImageData(SIDE, SIDE);
  pixels.forEach((pixel, index) => {
    image.data.set([(pixel >> 16) & 255, (pixel >> 8) & 255, pixel & 255, 255], index * 4);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
