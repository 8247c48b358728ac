import type { Readable } from 'node:stream';
import { DomainError } from '../../platform/errors/index.js';

/** What was stored, measured on the way in and confirmed by reading it back. */
export interface StoredObject {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface ObjectStat {
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

export interface ListedObject extends ObjectStat {
  readonly key: string;
}

/** Part of an object; both ends belong to it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ObjectBody {
  /** Owned by the caller, who reads it to its end or destroys it. */
  readonly stream: Readable;
  /** Size of the whole object, whatever range was asked for. */
  readonly bytes: number;
}

/** Where an object is read to, unless somebody has memory for it. */
export function inNewMemory(bytes: number): Buffer {
  return Buffer.allocUnsafe(bytes);
}

/** Raised by a second `put` to the same key: an object is never overwritten. */
export class ObjectExistsError extends Error {
  override readonly name = 'ObjectExistsError';

  constructor(key: string) {
    super(`${key} exists already`);
  }
}

/** Why an object could not be read: its bytes are not those that were stored. */
export class ObjectDamagedError extends Error {
  override readonly name = 'ObjectDamagedError';
}

/** Whether reading failed, from `get` to the end of the stream, because the object is damaged where it lies or on its way. */
export function isObjectDamaged(error: unknown): boolean {
  return error instanceof DomainError && error.cause instanceof ObjectDamagedError;
}

/**
 * The port: where images live. An object appears whole and durable, or not at all, and never changes afterwards.
 * Every method rejects with `storage.unavailable` when the store can't be reached or refuses, and with the
 * signal's reason when it is aborted. Keys are those of `image-keys.ts`; any other is a programming error.
 */
export abstract class ObjectStore {
  /**
   * @param proof of what the content must be: nothing appears before it is there. Where that can be undone, the content
   *   is written meanwhile; when the proof fails, nothing is left of it, and this rejects with the same reason
   * @throws ObjectExistsError when there is an object under this key
   * @throws DomainError `storage.full`
   */
  abstract put(
    key: string,
    content: Buffer | AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
    proof?: Promise<unknown>,
  ): Promise<StoredObject>;

  /**
   * Opens an object for reading.
   * @param range lies within the object
   * @throws DomainError `storage.object_not_found`
   */
  abstract get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<ObjectBody>;

  /**
   * Reads a whole object.
   * @param memoryOf gives the memory to put so many bytes into
   * @throws DomainError `storage.object_not_found`
   */
  abstract read(key: string, memoryOf?: (bytes: number) => Buffer): Promise<Buffer>;

  /** @throws DomainError `storage.object_not_found` */
  abstract stat(key: string, signal?: AbortSignal): Promise<ObjectStat>;

  /** Removes an object; one that isn't there is no error. */
  abstract remove(key: string): Promise<void>;

  /**
   * The objects whose keys start with the prefix, one by one and in no particular order. Objects that come or go
   * meanwhile may be listed or not.
   */
  abstract list(prefix: string, signal?: AbortSignal): AsyncIterable<ListedObject>;

  /**
   * Writes a little something, beside the objects, to see whether that is possible.
   * @throws DomainError `storage.full`
   */
  abstract check(signal?: AbortSignal): Promise<void>;

  /**
   * Removes what is left of `put`s that never ended, at most so many of them.
   * @param writtenBeforeMs moment of the last writing from which on a `put` may still be under way
   * @returns what was removed, in the store's own words
   */
  abstract removeDrafts(writtenBeforeMs: number, limit: number, signal?: AbortSignal): Promise<string[]>;
}
