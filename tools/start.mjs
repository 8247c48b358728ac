import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE, THREADS } from './engine.mjs';
import { prepare } from './prepare.mjs';
import { runForeground } from './processes.mjs';
import { ROOT, Stop, runMain } from './workspace.mjs';

const FLAGS = ['--build-only'];

/** What Node has compiled for one start is kept for the next; where nothing can be written, it compiles again. */
const COMPILED = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'start') };

await runMain(async () => {
  const flags = process.argv.slice(2);
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) throw new Stop(`Unknown option ${unknown}; known: ${FLAGS.join(', ')}.`);
  const runtime = await prepare();
  if (flags.includes('--build-only')) return 0;
  // What is set in the environment is stronger than the file.
  const settings = existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [];
  const server = [...ENGINE, ...settings, join('backend', 'dist', 'main.js')];
  return runForeground(runtime.executable, server, { env: { ...THREADS, ...COMPILED, ...runtime.env } });
});
