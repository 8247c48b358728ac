/** Less is not worth keeping, nor counting. */
const SMALL_BYTES = 64 * 1024;

/** Larger buffers have a multiple of this, so that contents of about one size can use the same ones. */
const STEP_BYTES = 256 * 1024;

/** How long somebody waits for memory at most: a part of what is out may never be given back, only be forgotten. */
const PATIENCE_MS = 2_000;

interface Turn {
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * Memory for large contents, used again and again. The engine counts what lies outside of its heap as well: with fresh
 * memory for every image, it would search its whole heap for garbage after every few of them.
 */
export class ReusedMemory {
  /** Everything that was handed out, by the memory it lies in. */
  readonly #made = new WeakMap<ArrayBufferLike, Buffer>();
  /** What was made and is not given back: it is in use, or nobody knows of it any more. */
  readonly #forgotten = new FinalizationRegistry<number>((bytes) => this.#leave(bytes));
  /** The smallest first. */
  readonly #free: Buffer[] = [];
  #freeBytes = 0;
  #outBytes = 0;
  readonly #turns: Turn[] = [];

  /**
   * @param keptBytes what is kept for later; what comes back beyond it is left to the garbage collector
   * @param outBytes how much may be out before {@link takeInTurn} waits
   */
  constructor(
    private readonly keptBytes: number,
    private readonly outBytes = Number.POSITIVE_INFINITY,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Memory of at least so many bytes, with whatever was in it before. Nobody has to give it back. */
  take(bytes: number): Buffer {
    if (bytes <= SMALL_BYTES) return Buffer.allocUnsafe(bytes);
    const index = this.#free.findIndex(({ length }) => length >= bytes);
    const [kept] = index < 0 ? [] : this.#free.splice(index, 1);
    if (kept) this.#freeBytes -= kept.length;
    const taken = kept ?? this.#make(bytes);
    this.#outBytes += taken.length;
    return taken;
  }

  /**
   * Takes memory once there is room for it, first come, first served. Content that is larger than all that may be out has
   * room when nothing else is.
   */
  async takeInTurn(bytes: number): Promise<Buffer> {
    if (bytes <= SMALL_BYTES || (this.#turns.length === 0 && this.#hasRoomFor(bytes))) return this.take(bytes);
    return new Promise((resolve) => {
      const turn: Turn = {
        bytes,
        begin: () => {
          clearTimeout(patience);
          this.#turns.splice(this.#turns.indexOf(turn), 1);
          resolve(this.take(bytes));
        },
      };
      const patience = setTimeout(turn.begin, this.patienceMs);
      this.#turns.push(turn);
    });
  }

  /**
   * Takes back the memory that some bytes lie in, if it came from here: something else is written over it.
   * @param bytes neither these nor others in the same memory may be used by anybody any more
   */
  giveBack(bytes: Uint8Array): void {
    const whole = this.#made.get(bytes.buffer);
    if (!whole || this.#free.includes(whole)) return;
    if (this.#freeBytes + whole.length > this.keptBytes) {
      this.#made.delete(whole.buffer);
      this.#forgotten.unregister(whole.buffer);
    } else {
      this.#free.push(whole);
      this.#free.sort((one, other) => one.length - other.length);
      this.#freeBytes += whole.length;
    }
    this.#leave(whole.length);
  }

  #make(bytes: number): Buffer {
    const made = Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    this.#made.set(made.buffer, made);
    this.#forgotten.register(made.buffer, made.length, made.buffer);
    return made;
  }

  #leave(bytes: number): void {
    this.#outBytes -= bytes;
    for (let [next] = this.#turns; next && this.#hasRoomFor(next.bytes); [next] = this.#turns) next.begin();
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#outBytes === 0 || this.#outBytes + bytes <= this.outBytes;
  }
}
