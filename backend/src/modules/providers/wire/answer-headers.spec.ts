import { describe, expect, it } from '@jest/globals';
import { requestIdOf, retryAfterMsOf } from './answer-headers.js';

const NOW = Date.parse('2026-11-28T12:00:00Z');

describe('retryAfterMsOf', () => {
  it.each([
    ['milliseconds before all else', { 'retry-after-ms': '250', 'retry-after': '7' }, '', 250],
    ['seconds', { 'retry-after': '7', 'x-ratelimit-reset-requests': '1m' }, '', 7_000],
    ['a date', { 'retry-after': 'Sat, 28 Nov 2026 12:00:30 GMT' }, '', 30_000],
    ['a date that is over', { 'retry-after': 'Sat, 28 Nov 2026 11:00:00 GMT' }, '', 0],
    ['a duration', { 'x-ratelimit-reset-requests': '6m0s' }, '', 360_000],
    ['a short duration', { 'x-ratelimit-reset-requests': '1.2s' }, '', 1_200],
    ['a shorter one', { 'x-ratelimit-reset-requests': '250ms' }, '', 250],
    ['when the limit ends', { ratelimit: '"api";r=0;t=55', 'ratelimit-policy': '"api";q=500;w=300' }, '', 55_000],
    ['seconds before that', { 'retry-after': '7', ratelimit: '"api";r=0;t=55' }, '', 7_000],
    ['nothing of a limit that has not been reached', { ratelimit: '"api";r=412;t=200' }, '', undefined],
    ['prose', {}, 'Rate limit reached. Please try again after 51.815 seconds.', 51_815],
    ['other prose', {}, 'Please try again in 20s.', 20_000],
    ['at most a day', { 'retry-after': '999999999' }, '', 86_400_000],
    ['nothing', {}, 'Slow down.', undefined],
    [
      'nonsense',
      { 'retry-after': 'soon', 'x-ratelimit-reset-requests': '5 minutes', 'retry-after-ms': '-5' },
      '',
      undefined,
    ],
  ])('reads %s', (_, headers, prose, expected) => {
    expect(retryAfterMsOf(headers, prose, NOW)).toBe(expected);
  });
});

describe('requestIdOf', () => {
  it('takes what looks like an id and nothing else', () => {
    expect(requestIdOf({ 'x-request-id': 'req_9f-1.2:3' })).toBe('req_9f-1.2:3');
    expect(requestIdOf({ 'x-request-id': 'Root=1-67e;4f1b' })).toBe('Root=1-67e;4f1b');
    for (const id of ['', 'two words', '<script>', 'x'.repeat(101)]) {
      expect(requestIdOf({ 'x-request-id': id })).toBeUndefined();
    }
    expect(requestIdOf({})).toBeUndefined();
  });
});
