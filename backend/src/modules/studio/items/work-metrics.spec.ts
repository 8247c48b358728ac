import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Metrics } from '../../../platform/metrics/index.js';
import { ProviderError } from '../../providers/index.js';
import { UnusableImageError } from '../../storage/index.js';
import { WorkMetrics } from './work-metrics.js';

const ATTEMPT = { provider: 'mock', tier: 'standard' } as const;

describe('WorkMetrics', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['content_rejected', new ProviderError('content_rejected'), undefined],
    ['bad_response', new UnusableImageError('truncated'), undefined],
    ['error', new Error('a bug'), undefined],
    ['timeout', new Error('aborted'), 'deadline'],
    ['aborted', new Error('aborted'), 'lease-lost'],
    ['aborted', new ProviderError('timeout'), 'stopping'],
    ['aborted', new Error('aborted'), new Error('for some other reason')],
    ['aborted', new Error('aborted'), 'for some other reason'],
  ])('counts as %s', async (outcome, error, reason) => {
    const metrics = new Metrics();
    const signal = reason === undefined ? new AbortController().signal : AbortSignal.abort(reason);

    await expect(new WorkMetrics(metrics).measure(ATTEMPT, signal, () => Promise.reject(error))).rejects.toBe(error);

    const counted = await metrics.format();
    expect(counted).toContain(
      `\natelier_provider_attempts_total{provider="mock",tier="standard",outcome="${outcome}"} 1\n`,
    );
    expect(counted).toContain('\natelier_provider_attempt_duration_seconds_count{provider="mock",tier="standard"} 1\n');
  });

  test('counts what succeeded and how long it took, in seconds', async () => {
    const metrics = new Metrics();
    jest.spyOn(performance, 'now').mockReturnValueOnce(1_000).mockReturnValueOnce(3_500);
    const took = new WorkMetrics(metrics).measure(ATTEMPT, new AbortController().signal, () =>
      Promise.resolve('image'),
    );

    expect(await took).toBe('image');
    const counted = await metrics.format();
    expect(counted).toContain(
      '\natelier_provider_attempts_total{provider="mock",tier="standard",outcome="succeeded"} 1\n',
    );
    const sum = /atelier_provider_attempt_duration_seconds_sum\{[^}]*\} (\S+)/.exec(counted)?.[1];
    expect(Number(sum)).toBe(2.5);
    const bounds = [...counted.matchAll(/duration_seconds_bucket\{[^}]*le="([^"]+)"/g)].map(([, bound]) => bound);
    expect(bounds).toEqual('0.1 0.25 0.5 1 2.5 5 10 20 30 60 120 180 300 +Inf'.split(' '));
  });

  test('begins at zero, and adds up images and credits', async () => {
    const metrics = new Metrics();
    const work = new WorkMetrics(metrics);
    const totals = async () =>
      [...(await metrics.format()).matchAll(/^atelier_(images|credits_captured|credits_released)_total (\d+)$/gm)].map(
        ([, name, value]) => [name, Number(value)],
      );
    expect(await totals()).toEqual([
      ['images', 0],
      ['credits_captured', 0],
      ['credits_released', 0],
    ]);

    work.captured(4);
    work.captured(1);
    work.released(3);

    expect(await totals()).toEqual([
      ['images', 2],
      ['credits_captured', 5],
      ['credits_released', 3],
    ]);
    const counted = await metrics.format();
    for (const help of [
      'atelier_provider_attempts_total Calls to providers by what came of them.',
      'atelier_provider_attempt_duration_seconds Time that providers took, whatever came of it.',
      'atelier_images_total Images that were stored and charged.',
      'atelier_credits_captured_total Credits taken for images.',
      'atelier_credits_released_total Credits given back for want of an image.',
    ]) {
      expect(counted).toContain(`# HELP ${help}\n`);
    }
  });
});
