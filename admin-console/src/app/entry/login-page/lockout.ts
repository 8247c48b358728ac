import { DestroyRef, computed, inject, signal } from '@angular/core';

const TICK_MS = 1_000;

/** Counts down a wait that the server imposed. Has to be made in an injection context. */
export class Lockout {
  readonly #until = signal(0);
  readonly #now = signal(0);
  #ticking: ReturnType<typeof setInterval> | undefined;

  /** Zero when there is nothing to wait for. */
  readonly secondsLeft = computed(() => Math.max(0, Math.ceil((this.#until() - this.#now()) / 1_000)));

  constructor() {
    inject(DestroyRef).onDestroy(() => clearInterval(this.#ticking));
  }

  start(seconds: number): void {
    clearInterval(this.#ticking);
    this.#now.set(Date.now());
    this.#until.set(Date.now() + seconds * 1_000);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    this.#now.set(Date.now());
    if (this.secondsLeft() === 0) clearInterval(this.#ticking);
  }
}

/** `2 minutes`, `45 seconds`: minutes are rounded up, so that nobody comes back too early. */
export function waitInWords(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
