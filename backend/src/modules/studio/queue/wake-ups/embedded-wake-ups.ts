import { type Wake, type WaitingItem, WakeUps } from './wake-ups.js';

/** Without Redis: this process wakes itself, and others find out by looking. */
export class EmbeddedWakeUps extends WakeUps {
  #wake: Wake | undefined;
  readonly #alarms = new Set<NodeJS.Timeout>();

  override get lookEveryMs(): number {
    return 1_000;
  }

  override announce(items: readonly WaitingItem[]): void {
    const due = items.filter(({ dueInMs = 0 }) => dueInMs <= 0).length;
    if (due > 0) void this.#wake?.(due);
    for (const { dueInMs = 0 } of items) if (dueInMs > 0) this.#wakeIn(dueInMs);
  }

  override listen(wake: Wake): void {
    this.#wake = wake;
  }

  override stopListening(): Promise<void> {
    this.#wake = undefined;
    for (const alarm of this.#alarms) clearTimeout(alarm);
    this.#alarms.clear();
    return Promise.resolve();
  }

  override settle(): Promise<void> {
    return Promise.resolve();
  }

  #wakeIn(dueInMs: number): void {
    if (!this.#wake) return;
    const alarm = setTimeout(() => {
      this.#alarms.delete(alarm);
      void this.#wake?.(1);
    }, dueInMs);
    this.#alarms.add(alarm);
  }
}
