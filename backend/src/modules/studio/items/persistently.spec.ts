import { expect, jest, test } from '@jest/globals';
import { persistently } from './persistently.js';

const passing = new Error('away');
const isPassing = (error: unknown): boolean => error === passing;

test('tries again while the trouble passes, and no longer than some seconds', async () => {
  const steps = jest.fn<() => Promise<string>>().mockRejectedValueOnce(passing).mockResolvedValue('done');
  expect(await persistently(steps, isPassing, new AbortController().signal)).toBe('done');
  expect(steps).toHaveBeenCalledTimes(2);
});

test('does not repeat what fails for another reason', async () => {
  const steps = jest.fn<() => Promise<string>>().mockRejectedValue(new Error('broken'));
  await expect(persistently(steps, isPassing, new AbortController().signal)).rejects.toThrow('broken');
  expect(steps).toHaveBeenCalledTimes(1);
});

test('ends its patience with the signal, and tells the reason of the failure', async () => {
  const steps = jest.fn<() => Promise<string>>().mockRejectedValue(passing);
  await expect(persistently(steps, isPassing, AbortSignal.abort())).rejects.toBe(passing);
  expect(steps).toHaveBeenCalledTimes(1);
});
