import { Readable } from 'node:stream';
import { ObjectDamagedError } from '../object-store.js';
import { storageUnavailable } from '../storage.errors.js';
import { S3RequestError } from './s3-errors.js';

const SILENCE = Symbol('silence');

/**
 * Passes a download on. Its last chunk is held back until the source has ended well, which it only does when it is
 * complete and its checksum fits: a reader never has all bytes of an object that came damaged. Destroying it, at any
 * moment, closes the connection.
 */
export class S3Download extends Readable {
  readonly #source: Readable;
  readonly #silenceMs: number;
  #heldBack: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Readable, silenceMs: number) {
    super();
    this.#source = source;
    this.#silenceMs = silenceMs;
    source.on('data', (chunk: Buffer) => this.#pass(chunk));
    source.on('end', () => {
      this.#listen(false);
      if (this.#heldBack) this.push(this.#heldBack);
      this.push(null);
    });
    source.on('error', (error) => this.destroy(broken(error)));
    source.on('close', () => {
      if (!source.readableEnded) this.destroy(broken(undefined));
    });
    source.pause();
  }

  override _read(): void {
    this.#listen(true);
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#listen(false);
    this.#source.destroy();
    callback(error);
  }

  #pass(chunk: Buffer): void {
    const complete = this.#heldBack;
    this.#heldBack = chunk;
    if (complete !== undefined && !this.push(complete)) {
      this.#listen(false);
      this.#source.pause();
    } else {
      this.#listen(true);
    }
  }

  /** Silence only counts while somebody waits for bytes. */
  #listen(isWaiting: boolean): void {
    clearTimeout(this.#timer);
    if (!isWaiting || this.destroyed || this.#source.readableEnded) return;
    this.#timer = setTimeout(() => this.destroy(broken(SILENCE)), this.#silenceMs);
  }
}

/** Named by its kind alone, as with every other request. */
function broken(error: unknown): Error {
  if (error instanceof Error && error.message.startsWith('Checksum mismatch')) {
    return storageUnavailable(new ObjectDamagedError('The bytes do not fit the checksum'));
  }
  const isSilence = error === SILENCE;
  return storageUnavailable(new S3RequestError('GetObject', isSilence ? 'TimeoutError' : 'BrokenOff', 200));
}
