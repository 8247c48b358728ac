import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './processes.mjs';
import { findProgram } from './services.mjs';
import { Stop } from './workspace.mjs';

/**
 * Runs the machine's npm on the given Node, with the person's own npm configuration.
 * @param {string[]} args
 * @param {import('./node-runtime.mjs').NodeRuntime} runtime
 * @param {import('./processes.mjs').RunOptions} [options]
 */
export function npm(args, runtime, options = {}) {
  return run(runtime.executable, [npmScript(), ...args], { ...options, env: { ...runtime.env, ...options.env } });
}

/** npm's own JavaScript file: npm says so when it started us, else it is found from the PATH. */
function npmScript() {
  const candidates = [process.env.npm_execpath, ...besideNode(process.execPath), ...fromPath()];
  const found = candidates.find((path) => path !== undefined && /npm-cli\.c?js$/.test(path) && existsSync(path));
  if (found === undefined) throw new Stop('npm was not found: install it, or start with `npm start`.');
  return found;
}

/** @param {string} executable */
function besideNode(executable) {
  const folder = dirname(executable);
  const script = join('node_modules', 'npm', 'bin', 'npm-cli.js');
  return [join(folder, '..', 'lib', script), join(folder, script)];
}

function fromPath() {
  const program = findProgram('npm');
  return program === undefined ? [] : [realpathSync(program)];
}
