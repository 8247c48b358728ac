/** Less is not worth keeping. */
const SMALL_BYTES = 64 * 1024;

/** Larger buffers have a multiple of this, so that contents of about one size can use the same ones. */
const STEP_BYTES = 256 * 1024;

/**
 * Memory for large contents, used again and again. The engine counts what lies outside of its heap as well: with fresh
 * memory for every image, it would search its whole heap for garbage after every few of them.
 */
export class ReusedMemory {
  /** Everything that was handed out, by the memory it lies in. */
  readonly #made = new WeakMap<ArrayBufferLike, Buffer>();
  /** The smallest first. */
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** @param keptBytes what is kept for later; what comes back beyond it is left to the garbage collector */
  constructor(private readonly keptBytes: number) {}

  /** Memory of at least so many bytes, with whatever was in it before. Nobody has to give it back. */
  take(bytes: number): Buffer {
    if (bytes <= SMALL_BYTES) return Buffer.allocUnsafe(bytes);
    const index = this.#free.findIndex(({ length }) => length >= bytes);
    const [kept] = index < 0 ? [] : this.#free.splice(index, 1);
    if (kept) {
      this.#freeBytes -= kept.length;
      return kept;
    }
    const made = Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    this.#made.set(made.buffer, made);
    return made;
  }

  /**
   * Takes back the memory that some bytes lie in, if it came from here: something else is written over it.
   * @param bytes neither these nor others in the same memory may be used by anybody any more
   */
  giveBack(bytes: Uint8Array): void {
    const whole = this.#made.get(bytes.buffer);
    if (!whole || this.#free.includes(whole) || this.#freeBytes + whole.length > this.keptBytes) return;
    this.#free.push(whole);
    this.#free.sort((one, other) => one.length - other.length);
    this.#freeBytes += whole.length;
  }
}
