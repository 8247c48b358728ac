import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../../platform/errors/index.js';
import { type ObjectStore, isObjectDamaged } from '../storage/index.js';
import type { GeneratedImage } from './image.entity.js';

export type RecordedObject = Pick<GeneratedImage, 'id' | 'storageKey' | 'bytes' | 'sha256'>;

export type ObjectCondition = 'sound' | 'missing' | 'damaged';

/**
 * Whether an image's object is the one that was recorded: by its size, or by every byte of it.
 * @throws DomainError `storage.unavailable` when that can't be found out
 */
export async function conditionOf(
  store: ObjectStore,
  { storageKey, bytes, sha256 }: RecordedObject,
  isReadWhole: boolean,
  signal?: AbortSignal,
): Promise<ObjectCondition> {
  try {
    const stat = await store.stat(storageKey, signal);
    if (stat.bytes !== bytes) return 'damaged';
    if (!isReadWhole) return 'sound';
    const { stream } = await store.get(storageKey, undefined, signal);
    const hash = createHash('sha256');
    await pipeline(stream, hash, { signal });
    return hash.digest('hex') === sha256 ? 'sound' : 'damaged';
  } catch (error) {
    if (error instanceof DomainError && error.code === 'storage.object_not_found') return 'missing';
    if (isObjectDamaged(error)) return 'damaged';
    throw error;
  }
}
