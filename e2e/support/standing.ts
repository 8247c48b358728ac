import { expect } from '@jest/globals';
import type { Balance, LedgerAuditReport, LedgerEntry, LedgerEntryPage, MyCreations } from '@atelier/contracts';
import type { ApiClient } from './api-client.js';

/** What somebody has: credits, statement, images. */
export interface Standing {
  balance: Balance;
  lastEntry: string | undefined;
  images: number;
}

export async function standingOf(client: ApiClient): Promise<Standing> {
  const [balance, entries, creations] = await Promise.all([
    balanceOf(client),
    client.get<LedgerEntryPage>('/credits/entries', { query: { limit: 1 } }),
    client.get<MyCreations>('/studio/my-creations', { query: { limit: 1 } }),
  ]);
  return { balance, lastEntry: entries.body.data[0]?.id, images: creations.body.total };
}

/** Whatever the action does, it neither moves credits nor makes images. */
export async function expectNothingMoved<Result>(client: ApiClient, action: () => Promise<Result>): Promise<Result> {
  const before = await standingOf(client);
  const result = await action();
  expect(await standingOf(client)).toEqual(before);
  return result;
}

export async function balanceOf(client: ApiClient): Promise<Balance> {
  const answer = await client.get<Balance>('/credits/balance');
  expect(answer.status).toBe(200);
  const { available, held, consumed, granted } = answer.body;
  expect(available + held + consumed).toBe(granted);
  return answer.body;
}

/** The whole statement, oldest first, after checking that every line's running balance follows from the line before. */
export async function statementOf(client: ApiClient): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let cursor: string | null = null;
  do {
    const answer: { body: LedgerEntryPage } = await client.get<LedgerEntryPage>('/credits/entries', {
      query: { limit: 7, ...(cursor === null ? {} : { cursor }) },
    });
    entries.push(...answer.body.data);
    cursor = answer.body.next_cursor;
    expect(answer.body.has_more).toBe(cursor !== null);
  } while (cursor !== null);
  entries.reverse();
  let [available, held] = [0, 0];
  for (const { kind, amount, available_after, held_after } of entries) {
    const [toAvailable, toHeld] = MOVES[kind];
    available += toAvailable * amount;
    held += toHeld * amount;
    expect({ kind, available_after, held_after }).toEqual({ kind, available_after: available, held_after: held });
  }
  expect(await balanceOf(client)).toMatchObject({ available, held });
  return entries;
}

/** What one credit of each kind of entry adds to what is available and to what is held. */
const MOVES: Record<LedgerEntry['kind'], readonly [available: number, held: number]> = {
  grant: [1, 0],
  revoke: [-1, 0],
  hold: [-1, 1],
  capture: [0, -1],
  release: [1, -1],
};

/** The server adds every account up anew and finds nothing wrong. */
export async function expectBooksInOrder(admin: ApiClient): Promise<void> {
  const { status, body } = await admin.post<LedgerAuditReport>('/admin/credits/audit');
  expect(status).toBe(200);
  expect(body.accounts_checked).toBeGreaterThan(0);
  expect(body.mismatches).toEqual([]);
}
