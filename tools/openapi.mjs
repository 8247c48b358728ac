import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTS, buildChangedParts } from './build.mjs';
import { findNodeRuntime } from './node-runtime.mjs';
import { promisesOf } from './openapi-promises.mjs';
import { installPackages } from './packages.mjs';
import { runForeground } from './processes.mjs';
import { ROOT, Stop, runMain } from './workspace.mjs';

const DOCUMENT = join(ROOT, 'docs', 'openapi.json');
const RELEASED = join(ROOT, 'docs', 'openapi.released.json');
const ACCEPTED = join(ROOT, 'docs', 'openapi.accepted.json');

/**
 * Writes the document of the API as the code says it; nothing of the application has to run for that. With `--release`
 * it becomes what later changes are held against: for whoever releases a version, and nobody else.
 */
await runMain(async () => {
  const [option, ...others] = process.argv.slice(2);
  if (others.length > 0 || (option !== undefined && option !== '--release'))
    throw new Stop('npm run openapi, or npm run openapi -- --release');
  const runtime = await findNodeRuntime();
  await installPackages(runtime);
  // Only there when the packages are.
  const { WORDS_FILE, wordsText } = await import('./contract-words.mjs');
  writeFileSync(WORDS_FILE, wordsText());
  await buildChangedParts(
    runtime,
    PARTS.filter(({ project }) => project !== 'admin-console'),
  );
  const script = join('backend', 'dist', 'manual', 'write-document.js');
  const code = await runForeground(runtime.executable, [script, DOCUMENT], { env: runtime.env });
  if (code !== 0 || option === undefined) return code;
  writeFileSync(RELEASED, `${JSON.stringify(promisesOf(JSON.parse(readFileSync(DOCUMENT, 'utf8'))), null, 1)}\n`);
  writeFileSync(ACCEPTED, '[]\n');
  return 0;
});
