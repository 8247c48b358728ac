import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintOpenApi } from './openapi-lint.mjs';
import { ROOT, runMain, say } from './workspace.mjs';

/** Looks at the document of the API as it is committed; a test of the backend sees to it that the code says the same. */
await runMain(async () => {
  const file = join('docs', 'openapi.json');
  const findings = await lintOpenApi(readFileSync(join(ROOT, file), 'utf8'), file);
  for (const finding of findings) say(finding);
  if (findings.length === 0) say('The document of the API is in order.');
  return findings.length === 0 ? 0 : 1;
});
