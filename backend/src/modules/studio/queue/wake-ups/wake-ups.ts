/** An item that somebody may claim, now or when it is due. */
export interface WaitingItem {
  readonly id: string;
  /** With the id it names this very wait: an item that is put back waits under the next number. */
  readonly fence: number;
  /** Default: now. */
  readonly dueInMs?: number;
}

/** Looks in the database for so many items to make; resolves when they are taken and there is room for another. */
export type Wake = (items: number) => Promise<void>;

/**
 * The port: tells the processes that make images that there is something to do. A wake-up says only "look"; what is
 * made, and by whom, is decided in the database. One that gets lost delays an item until the next look, no more.
 */
export abstract class WakeUps {
  /** How often a process that works should look without having been told to. */
  abstract get lookEveryMs(): number;

  /** Call it after the commit. Never rejects and never waits for the network. */
  abstract announce(items: readonly WaitingItem[]): void;

  /** Has this process woken from now on. Where others could be woken as well, it is left alone until `wake` resolves. */
  abstract listen(wake: Wake): void;

  /** Wakes this process no more. */
  abstract stopListening(): Promise<void>;

  /** Resolves when whatever was announced until now has been told or can't be. */
  abstract settle(): Promise<void>;
}
