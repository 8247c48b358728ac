import type { Generation } from '@atelier/contracts';
import type { GenerationRow } from '../generation.entity.js';

/** The id of the generation with this number. */
export const idOf = (number: number): string => `01a2075f-1b95-7062-9f31-${String(number).padStart(12, '0')}`;

/** A generation as the reader shows it, at work unless told otherwise. */
export function generationOf(number: number, facts: Partial<Generation> = {}): Generation {
  return {
    id: idOf(number),
    status: 'running',
    prompt: 'a harbour',
    enhanced_prompt: null,
    enhancer: null,
    tier: 'standard',
    provider: 'auto',
    count: 1,
    aspect_ratio: '1:1',
    credits: { quoted: 1, charged: 0 },
    images: [],
    fallback_used: false,
    error: null,
    metadata: null,
    urls: { get: '/get', cancel: '/cancel', events: '/events' },
    queue: null,
    expected_duration_ms: null,
    created_at: '2026-11-28T00:00:00.000Z',
    started_at: null,
    completed_at: null,
    ...facts,
  };
}

export const waiting = (number: number, position: number): Generation =>
  generationOf(number, { status: 'queued', queue: { position, of: 9, starts_in_ms: null } });

export const finished = (number: number): Generation =>
  generationOf(number, { status: 'succeeded', completed_at: '2026-11-28T00:00:01.000Z' });

/** What somebody asked for with the generation of this item: one image. */
export const wishFor = (item: { generationId: string; userId: number; runAt: number }): Partial<GenerationRow> => ({
  id: item.generationId,
  userId: item.userId,
  prompt: 'a harbour',
  tier: 'standard',
  requestedProvider: 'mock',
  count: 1,
  aspectRatio: '1:1',
  priceEach: 1,
  createdAt: item.runAt,
});
