import type { Actor } from '../../auth/index.js';
import { newId } from '../../../platform/crypto/index.js';
import { newImageKey } from '../../storage/index.js';
import type { NewImage } from '../gallery.service.js';

/** The moment at which images are made where a spec does not say otherwise. */
export const START = Date.UTC(2026, 10, 23);

export function person(id: number): Actor {
  return { id, role: 'member', name: `Person ${id}`, email: `person-${id}@example.com` };
}

export const ada = person(1);
export const bob = person(2);

/** A small image by the mock provider, different in its ids alone. */
export function newImage(overrides: Partial<NewImage> = {}): NewImage {
  const createdAt = overrides.createdAt ?? START;
  const userId = overrides.userId ?? ada.id;
  return {
    id: newId(createdAt),
    itemId: newId(createdAt),
    generationId: newId(createdAt),
    userId,
    storageKey: newImageKey(userId, createdAt, 'png'),
    sha256: 'a'.repeat(64),
    bytes: 1_234,
    mime: 'image/png',
    width: 1024,
    height: 1024,
    prompt: 'A lighthouse 🗼 at dusk',
    enhancedPrompt: null,
    enhancer: null,
    enhancerModel: null,
    revisedPrompt: null,
    provider: 'mock',
    model: 'mock-1',
    tier: 'standard',
    aspectRatio: '1:1',
    seed: null,
    jobId: 'mock-0123456789ab',
    creditsSpent: 1,
    durationMs: 850,
    createdAt,
    ...overrides,
  };
}
