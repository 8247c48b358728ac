import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingChanges } from './openapi-changes.mjs';
import { lintOpenApi } from './openapi-lint.mjs';
import { ROOT, runMain, say } from './workspace.mjs';

/*
 * Looks at the document of the API as it is committed; a test of the backend sees to it that the code says the same.
 *
 * docs/openapi.released.json is the contract of the last release. It is only written by `npm run openapi -- --release`,
 * when a version is released, and what it promises holds within v1. A change that breaks it all the same has to be listed,
 * as it is told here, in docs/openapi.accepted.json, and in the CHANGELOG for those whom it hits.
 */

/** @param {string} name */
const read = (name) => readFileSync(join(ROOT, 'docs', name), 'utf8');

await runMain(async () => {
  const source = read('openapi.json');
  const findings = await lintOpenApi(source, 'docs/openapi.json');
  const changes = breakingChanges(JSON.parse(read('openapi.released.json')), JSON.parse(source));
  /** @type {string[]} */
  const accepted = JSON.parse(read('openapi.accepted.json'));
  const breaking = changes.filter((change) => !accepted.includes(change));
  const outdated = accepted.filter((change) => !changes.includes(change));
  for (const finding of findings) say(finding);
  for (const change of breaking) say(`Breaks programs that were written for the last release: ${change}`);
  for (const change of outdated) say(`docs/openapi.accepted.json lists what is no change: ${change}`);
  const count = findings.length + breaking.length + outdated.length;
  if (count === 0) say('The document of the API is in order, and breaks nothing that was released.');
  return count === 0 ? 0 : 1;
});
