import { expect, test } from '@jest/globals';
import { Clock } from './clock.js';
import { Remembered } from './remembered.js';

class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

test('asks again only when the answer is too old, or the clock was set back', async () => {
  const clock = new TestClock();
  let asked = 0;
  const remembered = new Remembered(clock, 1_000, () => Promise.resolve((asked += 1)));

  expect(await remembered.get()).toBe(1);
  clock.nowMs += 999;
  expect(await remembered.get()).toBe(1);
  clock.nowMs += 1;
  expect(await remembered.get()).toBe(2);
  clock.nowMs -= 60_000;
  expect(await remembered.get()).toBe(3);
});

test('never asks a source that has not answered, however long it takes', async () => {
  const clock = new TestClock();
  let asked = 0;
  const source = Promise.withResolvers<string>();
  const remembered = new Remembered(clock, 1_000, () => {
    asked += 1;
    return source.promise;
  });

  const answers = [remembered.get(), remembered.get()];
  clock.nowMs += 3_600_000;
  answers.push(remembered.get());
  source.resolve('late');

  expect(await Promise.all(answers)).toEqual(['late', 'late', 'late']);
  expect(asked).toBe(1);
});

test('remembers a failure as long as an answer, and recovers', async () => {
  const clock = new TestClock();
  let asked = 0;
  const remembered = new Remembered(clock, 1_000, async () => {
    asked += 1;
    if (asked === 1) throw new Error('down');
    return 'up';
  });

  await expect(remembered.get()).rejects.toThrow('down');
  await expect(remembered.get()).rejects.toThrow('down');
  clock.nowMs += 1_000;
  expect(await remembered.get()).toBe('up');
});
