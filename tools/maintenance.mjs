import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { prepare } from './prepare.mjs';
import { runForeground } from './processes.mjs';
import { ROOT, Stop, runMain } from './workspace.mjs';

/** Each work, and what its arguments on the command line become. @type {Record<string, (given: string[]) => string[]>} */
const WORKS = {
  backup: (given) => [folderIn('backup', given)],
  restore: (given) => [folderIn('restore', given)],
  'rotate-key': (given) => given,
  'verify-audit': (given) => given,
};

/** @param {string} work @param {string[]} given */
function folderIn(work, [folder, ...others]) {
  if (folder === undefined || others.length > 0) throw new Stop(`Name one folder: npm run ${work} -- FOLDER`);
  // npm changes to the workspace's folder; a relative name means the folder that the person is in.
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), folder);
}

await runMain(async () => {
  const [work = '', ...given] = process.argv.slice(2);
  const toArguments = Object.hasOwn(WORKS, work) ? WORKS[work] : undefined;
  if (toArguments === undefined) throw new Stop(`Say what to do: ${Object.keys(WORKS).join(', ')}.`);
  const options = toArguments(given);
  const runtime = await prepare();
  // What is set in the environment is stronger than the file.
  const settings = existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [];
  const script = join('backend', 'dist', 'maintenance', `${work}.js`);
  return runForeground(runtime.executable, [...settings, script, ...options], { env: runtime.env });
});
