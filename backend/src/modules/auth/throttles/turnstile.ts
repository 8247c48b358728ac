import { throttled } from '../auth.errors.js';

const RETRY_AFTER_MS = 2_000;

/** Lets the holders of one key through one at a time, in the order of arrival; other keys are not held up. */
export class Turnstile {
  readonly #lines = new Map<string, { last: Promise<unknown>; length: number }>();

  constructor(private readonly maxWaiting: number) {}

  /** @throws DomainError `auth.throttled` when too many are waiting for the same key */
  async pass<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (line.length > this.maxWaiting) throw throttled(RETRY_AFTER_MS);
    this.#lines.set(key, line);
    line.length += 1;
    const turn = line.last.then(work);
    // How the one before fared is its own caller's business.
    line.last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(key);
    }
  }
}
