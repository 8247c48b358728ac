import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianCommand, installDebianPackages, isDebian, missingDebianPackages } from './debian.mjs';
import { findNodeHeaders } from './node-runtime.mjs';
import { npm } from './npm.mjs';
import { run } from './processes.mjs';
import { ROOT, Stop, TOOLCHAIN, say } from './workspace.mjs';

/** What compiling canvas needs on Debian and Ubuntu. */
const BUILD_PACKAGES = [
  'g++',
  'make',
  'python3',
  'libcairo2-dev',
  'libpango1.0-dev',
  'libjpeg-dev',
  'libgif-dev',
  'librsvg2-dev',
];

/** A closed network may swallow the request instead of refusing it; the file is 20 MB. */
const DOWNLOAD_TIMEOUT_MS = 30_000;

const FOLDER = join(ROOT, 'node_modules', 'canvas');
const BINARIES = join(FOLDER, 'build', 'Release');

/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */

/**
 * Makes `canvas` loadable: from the build kept of an earlier installation, from its published binary, or by compiling it.
 * @param {NodeRuntime} runtime
 */
export async function prepareCanvas(runtime) {
  const proof = join(BINARIES, `.draws-with-${runtime.version}`);
  if (existsSync(proof)) return;
  await makeDrawable(runtime);
  writeFileSync(proof, '');
}

/** @param {NodeRuntime} runtime */
async function makeDrawable(runtime) {
  if (existsSync(join(BINARIES, 'canvas.node'))) {
    if (await draws(runtime)) return;
    rmSync(join(FOLDER, 'build'), { recursive: true, force: true });
  }
  const kept = keptBuild();
  if (existsSync(kept)) {
    cpSync(kept, BINARIES, { recursive: true });
    if (await draws(runtime)) return;
    rmSync(kept, { recursive: true, force: true });
  }
  if (!((await download(runtime)) && (await draws(runtime)))) await compile(runtime);
  mkdirSync(kept, { recursive: true });
  // `npm ci` empties node_modules at every change of the lockfile; compiling again would cost most of a minute.
  cpSync(BINARIES, kept, {
    recursive: true,
    filter: (path) => !path.includes('obj.target') && !path.includes('.deps'),
  });
}

/** @param {NodeRuntime} runtime */
async function draws(runtime) {
  const script = `import('canvas').then(({ createCanvas }) => {
    const canvas = createCanvas(2, 2);
    canvas.getContext('2d').fillText('A', 0, 2);
    process.exit(canvas.toBuffer().length > 0 ? 0 : 1);
  });`;
  return (
    (await run(runtime.executable, ['-e', script], { env: runtime.env, quiet: true, timeoutMs: 20_000 })).code === 0
  );
}

/** @param {NodeRuntime} runtime */
async function download(runtime) {
  say('Fetching the drawing library canvas');
  const script = join(ROOT, 'node_modules', 'prebuild-install', 'bin.js');
  const options = { cwd: FOLDER, env: runtime.env, quiet: true, timeoutMs: DOWNLOAD_TIMEOUT_MS };
  return (await run(runtime.executable, [script, '-r', 'napi'], options)).code === 0;
}

/** @param {NodeRuntime} runtime */
async function compile(runtime) {
  const missing = await missingDebianPackages(BUILD_PACKAGES);
  if (isDebian() && missing.length > 0 && !(await installDebianPackages(missing, 'to compile canvas'))) {
    throw new Stop(
      `canvas has no ready-made binary here and must be compiled; run this, then start again:\n  ${debianCommand(missing)}`,
    );
  }
  say('Compiling canvas (about a minute)');
  const env = { npm_config_nodedir: await findNodeHeaders(runtime), npm_config_build_from_source: 'true', JOBS: 'max' };
  const built = await npm(['rebuild', 'canvas', '--ignore-scripts=false', '--foreground-scripts'], runtime, {
    env,
    quiet: true,
  });
  if (built.code === 0 && (await draws(runtime))) return;
  const libraries = isDebian()
    ? ''
    : ' It needs a C++ compiler, Python 3, pkg-config and the libraries Cairo, Pango, libjpeg, giflib and librsvg ' +
      'with their headers (macOS: brew install pkg-config cairo pango jpeg giflib librsvg).';
  throw new Stop(
    `canvas could not be compiled.${libraries} The compiler's last words:\n${built.output.trim().split('\n').slice(-15).join('\n')}`,
  );
}

function keptBuild() {
  const { version } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  return join(TOOLCHAIN, `canvas-v${version}-${process.platform}-${process.arch}`);
}
