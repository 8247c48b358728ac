import { expect, test } from '@jest/globals';
import { changesBetween } from './changes.js';

test('only what is different is told', () => {
  expect(changesBetween({ name: 'A', role: 'member', tags: ['x'] }, { name: 'A', role: 'admin', tags: ['x'] })).toEqual(
    {
      before: { role: 'member' },
      after: { role: 'admin' },
    },
  );
  expect(changesBetween<Record<string, string | string[] | null>>({}, { limit: null, tags: ['y'] })).toEqual({
    before: { limit: null, tags: null },
    after: { limit: null, tags: ['y'] },
  });
});

test('nothing is told when nothing is different', () => {
  expect(changesBetween({ name: 'A', tags: ['x'] }, { name: 'A', tags: ['x'] })).toBeUndefined();
});
