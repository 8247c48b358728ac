import { Injectable } from '@nestjs/common';

/** Tells what keys have spent: credits by key id, of generations that were asked for since then. */
export type SpendingSource = (keyIds: readonly string[], sinceMs: number) => Promise<ReadonlyMap<string, number>>;

/** What keys have spent in this month. The module that spends credits says so; this one only knows whom to ask. */
@Injectable()
export class ApiKeySpending {
  #source: SpendingSource | undefined;

  use(source: SpendingSource): void {
    this.#source = source;
  }

  /** Credits by key id, taken and held; a key without any is missing. */
  async thisMonth(keyIds: readonly string[], nowMs: number): Promise<ReadonlyMap<string, number>> {
    if (!this.#source || keyIds.length === 0) return new Map();
    return this.#source(keyIds, startOfMonth(nowMs));
  }
}

/** When the calendar month of an instant began, in UTC. */
export function startOfMonth(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
}
