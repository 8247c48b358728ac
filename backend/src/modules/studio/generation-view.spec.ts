import { describe, expect, test } from '@jest/globals';
import type { Image } from '@atelier/contracts';
import { GenerationItem, type ItemState } from './items/generation-item.entity.js';
import { type Outlook, isOpen, statusOf, toGeneration } from './generation-view.js';
import { GenerationRow } from './generation.entity.js';

const STATES: readonly ItemState[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'];
const T0 = Date.UTC(2027, 0, 15);
const NO_OUTLOOK: Outlook = { queue: null, expectedDurationMs: null };

const ROW: GenerationRow = Object.assign(new GenerationRow(), {
  id: 'generation',
  userId: 7,
  prompt: 'a harbour',
  enhancedPrompt: 'a harbour at dusk',
  enhancer: 'ollama',
  enhancerModel: 'llama3.2',
  tier: 'premium2',
  requestedProvider: 'auto',
  count: 2,
  aspectRatio: '16:9',
  seed: null,
  metadata: null,
  priceEach: 3,
  createdAt: T0,
} satisfies Partial<GenerationRow>);

const row = (facts: Partial<GenerationRow>): GenerationRow => Object.assign(new GenerationRow(), ROW, facts);
const item = (facts: Partial<GenerationItem>): GenerationItem =>
  Object.assign(
    new GenerationItem(),
    { startedAt: null, completedAt: null, errorCode: null, errorRetryable: 0, fallbacks: 0 },
    facts,
  );

/** All that the view reads of an image. */
const image = { image_url: '/one.png', credits_spent: 3, job_id: 'job-1' } as Image;

describe('statusOf', () => {
  test.each<[ItemState[], string]>([
    [['QUEUED', 'QUEUED'], 'queued'],
    [['QUEUED', 'RUNNING'], 'running'],
    [['SUCCEEDED', 'QUEUED'], 'running'],
    [['FAILED', 'RUNNING'], 'running'],
    [['SUCCEEDED', 'SUCCEEDED'], 'succeeded'],
    [['SUCCEEDED', 'FAILED'], 'partially_succeeded'],
    [['SUCCEEDED', 'CANCELED'], 'partially_succeeded'],
    [['FAILED', 'CANCELED'], 'failed'],
    [['CANCELED', 'CANCELED'], 'canceled'],
  ])('%j is %s', (states, status) => {
    expect(statusOf(states)).toBe(status);
  });

  test('knows which items are open', () => {
    expect(STATES.filter(isOpen)).toEqual(['QUEUED', 'RUNNING']);
  });
});

describe('toGeneration', () => {
  test('says whether another provider took an image over', () => {
    const items = (fallbacks: number) => [item({ state: 'SUCCEEDED' }), item({ state: 'FAILED', fallbacks })];
    const shown = [0, 1].map((fallbacks) =>
      toGeneration(ROW, items(fallbacks), [], { queue: null, expectedDurationMs: null }),
    );
    expect(shown.map((generation) => generation.fallback_used)).toEqual([false, true]);
  });

  test('shows a generation that waits, with what is to be expected', () => {
    const queue = { position: 2, of: 3, starts_in_ms: 5_000 };
    const waiting = [item({ state: 'QUEUED' }), item({ state: 'QUEUED' })];

    expect(toGeneration(ROW, waiting, [], { queue, expectedDurationMs: 900 })).toEqual({
      id: 'generation',
      status: 'queued',
      prompt: 'a harbour',
      enhanced_prompt: 'a harbour at dusk',
      enhancer: { key: 'ollama', model: 'llama3.2' },
      tier: 'premium2',
      provider: 'auto',
      count: 2,
      aspect_ratio: '16:9',
      credits: { quoted: 6, charged: 0 },
      images: [],
      fallback_used: false,
      error: null,
      metadata: null,
      urls: {
        get: '/api/v1/studio/generations/generation',
        cancel: '/api/v1/studio/generations/generation/cancel',
        events: '/api/v1/studio/generations/generation/events',
      },
      queue,
      expected_duration_ms: 900,
      created_at: '2027-01-15T00:00:00.000Z',
      started_at: null,
      completed_at: null,
    });
  });

  test('charges for what was delivered, and says why the rest was not once all is over', () => {
    const delivered = item({ state: 'SUCCEEDED', startedAt: T0 + 2_000, completedAt: T0 + 4_000 });
    const failed = item({
      state: 'FAILED',
      startedAt: T0 + 1_000,
      completedAt: T0 + 3_000,
      errorCode: 'provider.timeout',
      errorDetail: 'It took too long.',
      errorRetryable: 1,
    });
    const running = item({ state: 'RUNNING', startedAt: T0 + 2_000 });

    expect(toGeneration(ROW, [delivered, failed], [image], NO_OUTLOOK)).toMatchObject({
      status: 'partially_succeeded',
      credits: { quoted: 6, charged: 3 },
      images: [image],
      error: { code: 'provider.timeout', detail: 'It took too long.', retryable: true, charged: true },
      started_at: '2027-01-15T00:00:01.000Z',
      completed_at: '2027-01-15T00:00:04.000Z',
    });
    expect(toGeneration(ROW, [failed, running], [], NO_OUTLOOK)).toMatchObject({
      status: 'running',
      credits: { charged: 0 },
      error: null,
      started_at: '2027-01-15T00:00:01.000Z',
      completed_at: null,
    });
  });

  test('says what failed first, or nothing where nobody knows', () => {
    const [first, second] = [
      item({ state: 'FAILED', errorCode: 'provider.timeout', errorDetail: null }),
      item({ state: 'FAILED', errorCode: 'server.error', errorDetail: 'Trouble' }),
    ];
    const errorOf = (...items: GenerationItem[]) => toGeneration(ROW, items, [], NO_OUTLOOK).error;

    expect(errorOf(first, second)).toEqual({ code: 'provider.timeout', detail: '', retryable: false, charged: false });
    expect(errorOf(item({ state: 'CANCELED' }), second)?.code).toBe('server.error');
    expect(errorOf(item({ state: 'FAILED' }))).toBeNull();
    expect(errorOf(item({ state: 'CANCELED' }))).toBeNull();
  });

  test('shows the image of a single one beside the list, and labels as they were given', () => {
    const delivered = [item({ state: 'SUCCEEDED', startedAt: T0, completedAt: T0 })];
    const single = row({ count: 1, metadata: '{"order":"42"}' });

    expect(toGeneration(single, delivered, [image], NO_OUTLOOK)).toMatchObject({
      image_url: '/one.png',
      credits_spent: 3,
      job_id: 'job-1',
      metadata: { order: '42' },
    });
    expect(toGeneration(single, delivered, [], NO_OUTLOOK)).not.toHaveProperty('image_url');
    expect(toGeneration(ROW, delivered, [image], NO_OUTLOOK)).not.toHaveProperty('image_url');
    expect(() => toGeneration(row({ metadata: '{"order":42}' }), delivered, [], NO_OUTLOOK)).toThrow();
  });
});
