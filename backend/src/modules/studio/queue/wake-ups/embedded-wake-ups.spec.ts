import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { EmbeddedWakeUps } from './embedded-wake-ups.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('wakes this process for what is due now, and for the rest when it is due', () => {
  const woken: number[] = [];
  const wakeUps = new EmbeddedWakeUps();
  wakeUps.listen(async (items) => void woken.push(items));

  wakeUps.announce([
    { id: 'a', fence: 0 },
    { id: 'b', fence: 1, dueInMs: 0 },
    { id: 'c', fence: 1, dueInMs: 700 },
  ]);

  expect(woken).toEqual([2]);
  jest.advanceTimersByTime(699);
  expect(woken).toEqual([2]);
  jest.advanceTimersByTime(1);
  expect(woken).toEqual([2, 1]);
});

test('keeps no timer when nobody listens any more', async () => {
  const woken: number[] = [];
  const wakeUps = new EmbeddedWakeUps();
  wakeUps.listen(async (items) => void woken.push(items));
  wakeUps.announce([{ id: 'a', fence: 1, dueInMs: 700 }]);

  await wakeUps.stopListening();
  wakeUps.announce([
    { id: 'b', fence: 1 },
    { id: 'c', fence: 1, dueInMs: 700 },
  ]);

  expect(jest.getTimerCount()).toBe(0);
  expect(woken).toEqual([]);
});

test('has the database looked at every second, as nobody else wakes this process', async () => {
  const wakeUps = new EmbeddedWakeUps();

  expect(wakeUps.lookEveryMs).toBe(1_000);
  // Nothing is ever on its way.
  await expect(wakeUps.settle()).resolves.toBeUndefined();
});
