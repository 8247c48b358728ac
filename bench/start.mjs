import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, temporaryFolder } from './server.mjs';
import { median, round } from './statistics.mjs';

const ROUNDS = 5;
const SETTLE_MS = 1_000;

export const title = 'Start: from the command to ready, on an existing SQLite database';

/** Time to ready and memory at rest, for the server itself and for `npm start` in front of it. */
export async function run() {
  const { folder, remove } = temporaryFolder();
  try {
    await (await startServer(folder)).stop();
    const bareMs = [];
    const readyMs = [];
    const rssMib = [];
    for (let index = 0; index < ROUNDS; index += 1) {
      bareMs.push(await timeBareNode());
      const server = await startServer(folder);
      readyMs.push(server.readyMs);
      await sleep(SETTLE_MS);
      rssMib.push((await server.figures()).rssMib);
      await server.stop();
    }
    return [
      { what: 'bare `node -e 0`', 'median ms': round(median(bareMs)) },
      { what: 'server, command to ready', 'median ms': round(median(readyMs)), 'idle RSS MiB': round(median(rssMib)) },
    ];
  } finally {
    remove();
  }
}

async function timeBareNode() {
  const begunAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { cwd: join(import.meta.dirname, '..') }), 'exit');
  return performance.now() - begunAt;
}
