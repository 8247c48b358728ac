import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { ROOT, Stop, say } from './workspace.mjs';

/**
 * A part that is built on its own.
 * @typedef {object} Part
 * @property {string} project its name in Nx
 * @property {string} output its folder of results
 * @property {string} entry the result without which it isn't built
 * @property {string[]} sources files and folders that the result depends on
 */

const WORKSPACE_SOURCES = ['package-lock.json', 'nx.json', 'tsconfig.base.json', '.nvmrc'];
const CONTRACT_SOURCES = ['backend/contracts', 'backend/.swcrc'];

/** @type {readonly Part[]} */
export const PARTS = [
  {
    project: 'contracts',
    output: 'backend/contracts/dist',
    entry: 'index.js',
    sources: CONTRACT_SOURCES,
  },
  {
    project: 'backend',
    output: 'backend/dist',
    entry: 'main.js',
    sources: ['backend/src', 'backend/project.json', 'tools/bundle.mjs', ...CONTRACT_SOURCES],
  },
  {
    project: 'admin-console',
    output: 'admin-console/dist',
    entry: 'index.html',
    sources: ['admin-console', ...CONTRACT_SOURCES],
  },
];

/** Lies in the output folder, which every build empties: it can't outlive the result that it describes. */
const STAMP = '.source-hash';

/**
 * Builds the parts whose sources differ from what their results were made of.
 * @param {import('./node-runtime.mjs').NodeRuntime} runtime @param {readonly Part[]} parts
 */
export async function buildChangedParts(runtime, parts = PARTS) {
  const stale = parts
    .map((part) => ({ ...part, hash: hashSources(part.sources) }))
    .filter((part) => !isBuilt(part, part.hash));
  if (stale.length === 0) return;
  const names = stale.map(({ project }) => project);
  say(`Building ${names.join(', ')}`);
  const nx = join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const env = { ...runtime.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };
  const args = [nx, 'run-many', '-t', 'build', '-p', names.join(','), '--outputStyle=static'];
  const { code, output } = await run(runtime.executable, args, { env, quiet: true });
  if (code !== 0) throw new Stop(`${output.trim()}\n\nThe build failed (its reason is above).`);
  for (const { output: folder, entry, project, hash } of stale) {
    if (!existsSync(join(ROOT, folder, entry)))
      throw new Stop(`The build of ${project} made no ${folder}/${entry}:\n${output.trim()}`);
    writeFileSync(join(ROOT, folder, STAMP), hash);
  }
}

/** @param {Part} part @param {string} hash */
function isBuilt(part, hash) {
  const stamp = join(ROOT, part.output, STAMP);
  return existsSync(join(ROOT, part.output, part.entry)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/**
 * Hash over names and contents. Contents rather than times: a checkout or a copy changes every time and no content,
 * and reading the few hundred files takes tens of milliseconds.
 * @param {string[]} sources paths below `root`
 */
export function hashSources(sources, root = ROOT) {
  const hash = createHash('sha256');
  for (const file of [...WORKSPACE_SOURCES, ...sources].flatMap((path) => filesBelow(root, path))) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.angular']);

/** @param {string} root @param {string} path @returns {string[]} */
function filesBelow(root, path) {
  if (!existsSync(join(root, path))) return [];
  const entries = readEntries(join(root, path));
  if (entries === undefined) return [path];
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesBelow(root, `${path}/${entry.name}`);
    return entry.name.endsWith('.spec.ts') ? [] : [`${path}/${entry.name}`];
  });
}

/** The entries in a stable order; undefined when it isn't a folder. @param {string} path */
function readEntries(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
