import type { Tier } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import { limitItems } from '../items/count-items.js';
import { queueFull } from '../studio.errors.js';

/**
 * Places for items that one process works on at a time. Nearly all of that time is spent waiting for a provider; what
 * counts is the memory that the images take when they arrive, all of them at once if it comes to the worst.
 */
export const MAX_AT_WORK_PER_PROCESS = 64;

/** How many of these places an item takes. */
export const PLACES: Readonly<Record<Tier, number>> = { standard: 1, premium2: 4, premium4: 8 };

/**
 * Items of one user at work at a time, in all processes together. Of the largest images that is half of what a process
 * can do, so that whoever comes second finds a free place even while somebody's large batch is made; that places stay
 * empty for it is intended.
 */
export const MAX_AT_WORK_PER_USER = 4;

/** Unfinished items of one user: twelve of the largest generations, some minutes of work. More could only wait. */
export const MAX_UNFINISHED_PER_USER = 100;

/** Unfinished items of the whole installation: the candidates that every look for work has to read and to order. */
export const MAX_UNFINISHED = 5_000;

/** What an image takes as a rule, for the estimate of when there will be room. */
const TYPICAL_ITEM_MS = 10_000;

/**
 * Refuses items that are more than the queue takes; transactions that commit together may exceed it.
 * @param isCounted whether the wanted items are in the database already
 * @throws DomainError `studio.queue_full`; the transaction must be rolled back
 */
export async function assertQueueHasRoom(
  manager: EntityManager,
  { userId, count, isCounted }: { userId: number; count: number; isCounted: boolean },
): Promise<void> {
  const added = isCounted ? 0 : count;
  const unfinished = await countUnfinished(manager, userId);
  const tooManyForUser = unfinished.ofUser + added - MAX_UNFINISHED_PER_USER;
  if (tooManyForUser > 0) throw tooManyOfUser(tooManyForUser);
  const tooMany = unfinished.ofAll + added - MAX_UNFINISHED;
  if (tooMany > 0) {
    throw queueFull(
      'More images are waiting to be made than we can take on.',
      waitFor(tooMany, MAX_AT_WORK_PER_PROCESS),
    );
  }
}

/**
 * Refuses items that the submitting transaction has inserted, at its end, where they are more than one user may have. To
 * be called when the user's account was changed or that is left for the end as well: the lock on that row lets a user's
 * submissions through one by one, so that this count is exact.
 */
export function limitUnfinished(
  tx: EntityManager,
  { userId, items }: { userId: number; items: readonly { readonly id: string }[] },
): void {
  const [first] = items;
  if (!first) return;
  limitItems(tx, {
    itemId: first.id,
    condition: `state IN ('QUEUED', 'RUNNING') AND user_id = ?`,
    values: [userId],
    most: MAX_UNFINISHED_PER_USER,
    exceeded: async () => {
      const { ofUser } = await countUnfinished(tx, userId);
      return tooManyOfUser(ofUser - MAX_UNFINISHED_PER_USER);
    },
  });
}

const tooManyOfUser = (tooMany: number): Error =>
  queueFull(
    `You may have ${MAX_UNFINISHED_PER_USER} images waiting or being made at a time, and this would be more.`,
    waitFor(tooMany, MAX_AT_WORK_PER_USER),
  );

async function countUnfinished(manager: EntityManager, userId: number): Promise<{ ofUser: number; ofAll: number }> {
  const [row] = await manager.query<{ items: number | string; own: number | string | null }[]>(
    `SELECT COUNT(*) AS items, SUM(user_id = ?) AS own FROM generation_item WHERE state IN ('QUEUED', 'RUNNING')`,
    [userId],
  );
  return { ofUser: Number(row?.own), ofAll: Number(row?.items) };
}

const waitFor = (items: number, atATime: number): number => Math.ceil(items / atATime) * TYPICAL_ITEM_MS;
