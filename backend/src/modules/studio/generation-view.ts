import type { Generation, GenerationError, GenerationStatus, Image } from '@atelier/contracts';
import * as z from 'zod';
import { toInstant } from '../../platform/time/index.js';
import { enhancerOf } from '../gallery/index.js';
import { type GenerationItem, type ItemState, isTerminal } from './items/generation-item.entity.js';
import type { GenerationRow } from './generation.entity.js';

const Metadata = z.record(z.string(), z.string());

/** What can be said about the rest of a generation. */
export interface Outlook {
  readonly queue: Generation['queue'];
  readonly expectedDurationMs: number | null;
}

/** A generation as the API shows it. */
export function toGeneration(
  row: GenerationRow,
  items: readonly GenerationItem[],
  images: readonly Image[],
  { queue, expectedDurationMs }: Outlook,
): Generation {
  const delivered = items.filter(({ state }) => state === 'SUCCEEDED').length;
  const isFinished = items.every(({ state }) => isTerminal(state));
  const image = row.count === 1 ? images[0] : undefined;
  return {
    id: row.id,
    status: statusOf(items.map(({ state }) => state)),
    prompt: row.prompt,
    enhanced_prompt: row.enhancedPrompt,
    enhancer: enhancerOf(row),
    tier: row.tier,
    provider: row.requestedProvider,
    count: row.count,
    aspect_ratio: row.aspectRatio,
    credits: { quoted: row.priceEach * row.count, charged: row.priceEach * delivered },
    images: [...images],
    fallback_used: items.some(({ fallbacks }) => fallbacks > 0),
    error: isFinished ? errorOf(items, delivered > 0) : null,
    metadata: row.metadata === null ? null : Metadata.parse(JSON.parse(row.metadata)),
    urls: {
      get: `/api/v1/studio/generations/${row.id}`,
      cancel: `/api/v1/studio/generations/${row.id}/cancel`,
      events: `/api/v1/studio/generations/${row.id}/events`,
    },
    queue,
    expected_duration_ms: expectedDurationMs,
    created_at: toInstant(row.createdAt),
    started_at: instantOf(
      Math.min,
      items.map(({ startedAt }) => startedAt),
    ),
    completed_at: isFinished
      ? instantOf(
          Math.max,
          items.map(({ completedAt }) => completedAt),
        )
      : null,
    ...(image ? { image_url: image.image_url, credits_spent: image.credits_spent, job_id: image.job_id } : {}),
  };
}

/** Whether an item still waits or is being made. */
export const isOpen = (state: ItemState): boolean => !isTerminal(state);

/** Follows from the items, so that it can't contradict them. */
export function statusOf(states: readonly ItemState[]): GenerationStatus {
  const count = (state: ItemState): number => states.filter((candidate) => candidate === state).length;
  if (!states.every(isTerminal)) return count('QUEUED') === states.length ? 'queued' : 'running';
  if (count('SUCCEEDED') === states.length) return 'succeeded';
  if (count('SUCCEEDED') > 0) return 'partially_succeeded';
  return count('FAILED') > 0 ? 'failed' : 'canceled';
}

function errorOf(items: readonly GenerationItem[], charged: boolean): GenerationError | null {
  const failed = items.find(({ state }) => state === 'FAILED');
  if (!failed?.errorCode) return null;
  return {
    code: failed.errorCode,
    detail: failed.errorDetail ?? '',
    retryable: failed.errorRetryable === 1,
    charged,
  };
}

function instantOf(choose: (...values: number[]) => number, moments: readonly (number | null)[]): string | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : toInstant(choose(...known));
}
