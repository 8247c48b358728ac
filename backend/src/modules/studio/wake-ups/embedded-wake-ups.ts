import { type Wake, type WaitingItem, WakeUps } from './wake-ups.js';

/** Without Redis: this process wakes itself, and others find out by looking. */
export class EmbeddedWakeUps extends WakeUps {
  #wake: Wake | undefined;

  override get lookEveryMs(): number {
    return 1_000;
  }

  override announce(items: readonly WaitingItem[]): void {
    const due = items.filter(({ dueInMs = 0 }) => dueInMs <= 0).length;
    if (due > 0) void this.#wake?.(due);
  }

  override listen(wake: Wake): void {
    this.#wake = wake;
  }

  override stopListening(): Promise<void> {
    this.#wake = undefined;
    return Promise.resolve();
  }

  override settle(): Promise<void> {
    return Promise.resolve();
  }
}
