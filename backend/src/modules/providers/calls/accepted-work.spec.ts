import { expect, test } from '@jest/globals';
import { type CallOfItem, resumableWork, unheardWork } from './accepted-work.js';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

const call = (more: Partial<CallOfItem> = {}): CallOfItem => ({
  provider: 'huggingface',
  acceptedHandle: 'fal-ai:1',
  state: 'UNKNOWN',
  category: null,
  httpStatus: null,
  startedAt: NOW,
  ...more,
});

const handleFor = (...calls: CallOfItem[]) => resumableWork(calls, 'huggingface', NOW)?.handle;

test('a call goes on with what the one before it has left, whose end nobody heard', () => {
  expect(handleFor()).toBeUndefined();
  for (const state of ['STARTED', 'UNKNOWN'] as const) expect(handleFor(call({ state }))).toBe('fal-ai:1');
  expect(handleFor(call({ acceptedHandle: null }))).toBeUndefined();
  expect(handleFor(call({ acceptedHandle: null }), call())).toBeUndefined();
  expect(handleFor(call({ provider: 'openai' }))).toBeUndefined();
  expect(handleFor(call({ state: 'SUCCEEDED' }))).toBeUndefined();
});

test('a call that failed is gone on with where the vendor has not said a word', () => {
  const failed = (more: Partial<CallOfItem>) => call({ state: 'FAILED', ...more });
  expect(handleFor(failed({ category: 'timeout' }))).toBe('fal-ai:1');
  expect(handleFor(failed({ category: 'provider_unavailable' }))).toBe('fal-ai:1');
  expect(handleFor(failed({ category: 'rate_limited' }))).toBe('fal-ai:1');
  expect(handleFor(failed({ category: 'timeout', httpStatus: 504 }))).toBeUndefined();
  expect(handleFor(failed({ category: 'bad_response' }))).toBeUndefined();
  expect(handleFor(failed({ category: null }))).toBeUndefined();
});

test('work is too old an hour after it was asked for, whoever went on with it since', () => {
  expect(handleFor(call({ startedAt: NOW - HOUR_MS }))).toBe('fal-ai:1');
  expect(handleFor(call({ startedAt: NOW - HOUR_MS - 1 }))).toBeUndefined();
  expect(handleFor(call(), call({ startedAt: NOW - HOUR_MS - 1 }))).toBeUndefined();
  expect(handleFor(call(), call({ acceptedHandle: 'fal-ai:0', startedAt: 0 }))).toBe('fal-ai:1');
});

test('what vendors may still be at is all that nobody heard the end of, however old, each once', () => {
  const calls = [
    call({ provider: 'openai', acceptedHandle: null, startedAt: NOW }),
    call({ acceptedHandle: 'fal-ai:3', state: 'SUCCEEDED' }),
    call({ acceptedHandle: 'fal-ai:3' }),
    call({ acceptedHandle: 'fal-ai:2', startedAt: 2 }),
    call({ acceptedHandle: 'fal-ai:2', startedAt: 1 }),
    call({ acceptedHandle: 'fal-ai:1', state: 'FAILED', category: 'timeout', startedAt: 0 }),
  ];
  expect(unheardWork(calls)).toEqual([
    { provider: 'huggingface', handle: 'fal-ai:2', startedAt: 1 },
    { provider: 'huggingface', handle: 'fal-ai:1', startedAt: 0 },
  ]);
});
