import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import LongestFirst, { LONGEST } from './longest-first.mjs';
import { ROOT } from './workspace.mjs';

describe('the order of specs', () => {
  it('names specs that exist', () => {
    assert.deepEqual(
      LONGEST.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });

  it('begins with the longest and leaves nothing out', async () => {
    const paths = ['backend/package.json', ...LONGEST.toReversed(), 'e2e/project.json'].map((path) => join(ROOT, path));
    const tests = paths.map((path) => ({
      path,
      context: { config: { cache: false, id: 'none' }, hasteFS: { getSize: () => 1 } },
    }));
    // @ts-expect-error Only what is looked at.
    const sorted = (await new LongestFirst({}).sort(tests)).map(({ path }) => path);
    assert.deepEqual(
      sorted.slice(0, LONGEST.length),
      LONGEST.map((path) => join(ROOT, path)),
    );
    assert.deepEqual([...sorted].sort(), [...paths].sort());
  });
});
