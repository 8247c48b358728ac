import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { prepare } from './prepare.mjs';
import { runForeground } from './processes.mjs';
import { ROOT, Stop, runMain } from './workspace.mjs';

const WORKS = ['backup', 'restore'];

await runMain(async () => {
  const [work, folder, ...others] = process.argv.slice(2);
  if (work === undefined || !WORKS.includes(work)) throw new Stop(`Say what to do: ${WORKS.join(' or ')}.`);
  if (folder === undefined || others.length > 0) throw new Stop(`Name one folder: npm run ${work} -- FOLDER`);
  const runtime = await prepare();
  // What is set in the environment is stronger than the file.
  const settings = existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [];
  // npm changes to the workspace's folder; a relative name means the folder that the person is in.
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), folder);
  const script = join('backend', 'dist', 'maintenance', `${work}.js`);
  return runForeground(runtime.executable, [...settings, script, path], { env: runtime.env });
});
