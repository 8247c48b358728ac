import { type Generation } from '@atelier/contracts';
import { describe, expect, it } from '@jest/globals';
import { sampleGeneration, sampleImage } from '../../testing/generation-fixtures';
import { progress } from './generation-wording';
import { type Job, jobFromGeneration } from './job';

const CREATED_AT_MS = Date.parse(sampleGeneration().created_at);

function jobOf(changes: Partial<Generation>, more: Partial<Job> = {}): Job {
  return { ...jobFromGeneration(sampleGeneration(changes), false), ...more };
}

/** What is said so many seconds after the request. */
const said = (job: Job, afterS: number, typicalMs: number | null = null) =>
  progress(job, job.requestedAt + afterS * 1_000, typicalMs);

describe('progress', () => {
  it.each<[Generation['queue'], string]>([
    [{ position: 3, of: 5, starts_in_ms: 10_000 }, 'Queued · 3rd in line · usually starts in 10 s'],
    [{ position: 1, of: 1, starts_in_ms: 200 }, 'Queued · next in line · usually starts in 1 s'],
    [{ position: 22, of: 40, starts_in_ms: null }, 'Queued · 22nd in line'],
    [null, 'Queued'],
  ])('tells the place in the queue: %j', (queue, text) => {
    expect(said(jobOf({ queue }), 8)).toEqual({ text, hint: null });
  });

  const started = { status: 'running', started_at: '2026-11-23T10:00:05.000Z' } as const;

  it('counts from the start of the work, not from the request', () => {
    expect(said(jobOf({ ...started, expected_duration_ms: 15_000 }), 13).text).toBe('Creating · 8 s of about 15 s');
  });

  it('counts by one clock, whatever that of the server says', () => {
    const job = jobOf({ ...started, expected_duration_ms: 15_000 }, { requestedAt: CREATED_AT_MS + 3_600_000 });
    expect(said(job, 13).text).toBe('Creating · 8 s of about 15 s');
  });

  it('goes by earlier images where the server knows nothing yet', () => {
    expect(said(jobOf(started), 13, 20_000).text).toBe('Creating · 8 s of about 20 s');
    expect(said(jobOf(started), 13).text).toBe('Creating · 8 s');
  });

  it('tells how many are ready', () => {
    const images = [sampleImage(), sampleImage({ id: '2' })];
    expect(said(jobOf({ ...started, images, count: 4 }), 13).text).toBe('Creating · 2 of 4 · 8 s');
  });

  it('says so when it takes more than twice as long as usual', () => {
    const job = jobOf({ ...started, expected_duration_ms: 15_000 });
    expect(said(job, 35)).toEqual({ text: 'Creating · 30 s', hint: null });
    expect(said(job, 36)).toEqual({
      text: 'Creating · 31 s',
      hint: 'Taking longer than usual. You can leave this page.',
    });
    expect(said(jobOf({}), 61).hint).toBe('Taking longer than usual. You can leave this page.');
    expect(said(jobOf({ queue: { position: 9, of: 9, starts_in_ms: 90_000 } }), 61).hint).toBeNull();
  });

  it('says what becomes of a job whose server is out of reach', () => {
    expect(said(jobOf(started, { isConnectionLost: true }), 9).hint).toBe(
      'Still working. We’ll show it when you’re back online.',
    );
    expect(said({ ...jobOf({}), generation: null, isConnectionLost: true }, 9).text).toBe('Sending your request');
  });
});
