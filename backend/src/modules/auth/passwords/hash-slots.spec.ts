import { describe, expect, test } from '@jest/globals';
import { HashSlots } from './hash-slots.js';

describe('HashSlots', () => {
  test('runs no more than its size at a time, and everything in the end', async () => {
    const slots = new HashSlots(2, 1_000);
    let running = 0;
    let most = 0;
    const work = async (index: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return index;
    };

    const results = await Promise.all(Array.from({ length: 200 }, (_, index) => slots.run(() => work(index))));

    expect(most).toBe(2);
    expect(results).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  test('frees the slot of work that failed', async () => {
    const slots = new HashSlots(1, 10);

    await expect(slots.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await slots.run(() => Promise.resolve('next'))).toBe('next');
  });

  test('refuses what would make the line too long', async () => {
    const slots = new HashSlots(1, 2);
    let finish = (): void => undefined;
    const first = slots.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = [slots.run(() => Promise.resolve()), slots.run(() => Promise.resolve())];

    await expect(slots.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'auth.throttled' });
    finish();
    await Promise.all([first, ...waiting]);
  });
});
