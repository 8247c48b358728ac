import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { startOnPort } from './processes.mjs';

const PACKAGE = '@portkey-ai/gateway@1.15.2';
/** Outside of the repository, so that it never becomes a dependency. */
const FOLDER = join(tmpdir(), 'atelier-bench-portkey-1.15.2');
const ENTRY = join(FOLDER, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');

/** @returns the running gateway, or undefined where it can't be installed */
export async function startPortkey() {
  if (!existsSync(ENTRY)) {
    const args = ['install', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', PACKAGE];
    const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
    if (status !== 0 || !existsSync(ENTRY)) {
      console.log(`${PACKAGE} can't be installed, so nothing is compared with it: ${stderr.trim().split('\n').at(-1)}`);
      return undefined;
    }
  }
  return startOnPort((port) => [ENTRY, `--port=${port}`, '--headless']);
}

/** What Portkey is told with each request. */
export const portkeyHeaders = (upstream) => ({
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `${upstream}/v1`,
});
