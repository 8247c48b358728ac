import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtworkTask } from './artwork.worker.js';

/** `.js` as built; `.ts` under test, where the threads load the source and Node strips its types. */
const EXTENSION = extname(import.meta.url);
const WORKER_FILE = fileURLToPath(new URL(`./artwork.worker${EXTENSION}`, import.meta.url));
const SOURCE_RESOLUTION = new URL('./source-resolution.ts', import.meta.url).href;

/** After this long without work a thread ends and gives its memory back. */
const IDLE_TIMEOUT_MS = 30_000;

/** Added to the threads' nice value, so that whatever answers people goes first. */
const NICENESS = 5;

/** Threads that paint, each one picture at a time. */
export interface ArtworkThreads {
  paint(task: ArtworkTask): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Must not be called while one of them paints. */
  end(): Promise<void>;
}

/** Nothing of this is loaded before the first picture: a process that never paints pays nothing for it. */
export async function startArtworkThreads(count: number): Promise<ArtworkThreads> {
  const [{ Piscina }, { registerFonts }] = await Promise.all([import('piscina'), import('./fonts.js')]);
  // Canvas keeps one list of fonts for the whole process and without a lock, so it has to be complete before there is a
  // second thread. Loading canvas here also keeps its library in place while threads come and go.
  registerFonts();
  const pool = new Piscina<ArtworkTask, Uint8Array<ArrayBuffer> | null>({
    filename: WORKER_FILE,
    name: 'renderArtwork',
    minThreads: 0,
    maxThreads: count,
    idleTimeout: IDLE_TIMEOUT_MS,
    niceIncrement: NICENESS,
    ...(EXTENSION === '.ts' ? { execArgv: ['--import', SOURCE_RESOLUTION] } : {}),
  });
  return { paint: (task) => pool.run(task), end: () => pool.destroy() };
}
