import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { runForeground } from './processes.mjs';
import { ROOT, runMain } from './workspace.mjs';

/** Writes the document of the API as the code says it; nothing of the application has to run for that. */
await runMain(async () => {
  const runtime = await prepare();
  const script = join('backend', 'dist', 'manual', 'write-document.js');
  return runForeground(runtime.executable, [script, join(ROOT, 'docs', 'openapi.json')], { env: runtime.env });
});
