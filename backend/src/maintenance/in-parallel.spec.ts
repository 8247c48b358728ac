import { describe, expect, test } from '@jest/globals';
import { inParallel } from './in-parallel.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

describe('inParallel', () => {
  test('works on everything, and on so many at once', async () => {
    const done: number[] = [];
    let [underWay, most] = [0, 0];
    await inParallel(numbers(20), 3, async (number) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      done.push(number);
    });

    expect(done.sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(most).toBe(3);
  });

  test('begins nothing after a failure, and leaves nothing under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const working = inParallel(numbers(100), 4, async (number) => {
      begun.push(number);
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(number);
      if (number === 5) throw new Error('five');
    });

    await expect(working).rejects.toThrow('five');
    expect(begun.length).toBeLessThan(15);
    expect(ended).toEqual(begun);
  });
});
