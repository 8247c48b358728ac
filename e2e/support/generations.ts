import { expect } from '@jest/globals';
import type { GenerateRequest, Generation, Image } from '@atelier/contracts';
import type { ApiClient } from './api-client.js';
import { until } from './until.js';

/** What a test cares about of a request; the rest is a small standard image. */
export type Wish = Partial<GenerateRequest>;

const SMALL: Wish = { prompt: 'a lighthouse in the evening', tier: 'standard' };

/** Makes images and waits for them; anything but success is an error. */
export async function makeImages(client: ApiClient, wish: Wish = {}): Promise<Generation> {
  const answer = await client.post<Generation>('/studio/generate', { ...SMALL, ...wish });
  expect(answer).toMatchObject({ status: 201, body: { status: 'succeeded' } });
  return answer.body;
}

/** Makes one image and waits for it. */
export async function makeImage(client: ApiClient, wish: Wish = {}): Promise<Image> {
  return onlyImage(await makeImages(client, wish));
}

export function onlyImage({ images }: Generation): Image {
  expect(images).toHaveLength(1);
  return images[0]!;
}

/** Starts a generation and does not wait for it. */
export async function startImages(client: ApiClient, wish: Wish = {}): Promise<Generation> {
  const headers = { prefer: 'respond-async' };
  const answer = await client.post<Generation>('/studio/generate', { ...SMALL, ...wish }, { headers });
  expect(answer.status).toBe(202);
  return answer.body;
}

export async function readGeneration(client: ApiClient, id: string): Promise<Generation> {
  const answer = await client.get<Generation>(`/studio/generations/${id}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

/** The generation as soon as it fits, e.g. is running. */
export function untilGeneration(
  client: ApiClient,
  id: string,
  fits: (generation: Generation) => boolean,
  timeoutMs?: number,
): Promise<Generation> {
  return until(async () => {
    const generation = await readGeneration(client, id);
    return fits(generation) ? generation : undefined;
  }, timeoutMs);
}

export const isFinished = ({ completed_at }: Generation): boolean => completed_at !== null;
