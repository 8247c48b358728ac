import { expect, test } from '@jest/globals';
import { MIGRATIONS } from './index.js';

test('migrations are listed in the order in which they run: a backup is compared with it', () => {
  const moments = MIGRATIONS.map(({ name }) => Number(/\d+$/.exec(name)?.[0]));
  expect(moments).toEqual(moments.toSorted((one, other) => one - other));
  expect(new Set(moments).size).toBe(moments.length);
});
