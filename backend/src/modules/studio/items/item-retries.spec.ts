import { expect, test } from '@jest/globals';
import { backoffMs } from './item-retries.js';

test('pauses grow, spread over half of their length, and end at a minute', () => {
  const range = (attempt: number): number[] => [0, 1].map((random) => backoffMs(attempt, () => random));
  expect([1, 2, 3, 7, 50].map(range)).toEqual([
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [30_000, 60_000],
    [30_000, 60_000],
  ]);
});
