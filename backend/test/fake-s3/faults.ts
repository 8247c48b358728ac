/**
 * What can go wrong:
 * - `internal_error` 500, `slow_down` 503, `expired` 403 ExpiredToken, `full` 507;
 * - `slow`: answers `delayMs` later; `hang`: never answers;
 * - `reset`: breaks the connection instead of doing anything; `lost_answer`: does it, then breaks the connection;
 * - `not_stored`: says that an upload is stored, and forgets it; `half_stored`: keeps the first half of it;
 * - `wrong_checksum`: tells another ETag and checksum than that of the bytes;
 * - `corrupted`: one byte of a download is another; `cut_off`: a download breaks off in its middle;
 *   `stalled`: a download stops in its middle and nothing more comes.
 */
export const FAULT_MODES = [
  'internal_error',
  'slow_down',
  'expired',
  'full',
  'slow',
  'hang',
  'reset',
  'lost_answer',
  'not_stored',
  'half_stored',
  'wrong_checksum',
  'corrupted',
  'cut_off',
  'stalled',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export interface Fault {
  readonly mode: FaultMode;
  /** The requests that it meets; without it all. */
  readonly methods?: readonly string[];
  /** How many requests it meets before it is over; without it until another fault, or none, is set. */
  readonly times?: number;
  /** For `slow`. */
  readonly delayMs?: number;
}

/** The fault that is on, which can be changed at any time. */
export class Faults {
  #current: Fault | undefined;
  #left = 0;

  set(fault: Fault | undefined): void {
    this.#current = fault;
    this.#left = fault?.times ?? Number.POSITIVE_INFINITY;
  }

  /** What befalls this request. */
  next(method: string): Fault | undefined {
    if (!this.#current || this.#left <= 0) return undefined;
    if (this.#current.methods && !this.#current.methods.includes(method)) return undefined;
    this.#left -= 1;
    return this.#current;
  }
}
