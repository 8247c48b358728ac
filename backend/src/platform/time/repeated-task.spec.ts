import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RepeatedTask } from './repeated-task.js';

describe('RepeatedTask', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('runs again after a pause that varies by a fifth, and never twice at once', async () => {
    let runs = 0;
    let end = Promise.withResolvers<undefined>();
    const task = new RepeatedTask(async () => {
      runs += 1;
      await end.promise;
    }, 1_000);
    task.start(100);

    await jest.advanceTimersByTimeAsync(99);
    expect(runs).toBe(0);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(runs).toBe(1);
    end.resolve(undefined);
    end = Promise.withResolvers();
    await jest.advanceTimersByTimeAsync(799);
    expect(runs).toBe(1);
    await jest.advanceTimersByTimeAsync(402);
    expect(runs).toBe(2);
  });

  test('tells the run under way to stop, waits for it and starts no other', async () => {
    let runs = 0;
    const task = new RepeatedTask(async (signal) => {
      runs += 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }, 1_000);
    task.start(0);
    await jest.advanceTimersByTimeAsync(10);

    await task.stop();
    await jest.advanceTimersByTimeAsync(10_000);

    expect(runs).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
