import type { Tier } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import type { Proviso } from '../events/generation-events.js';
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

/** All unfinished items, and those of one user. */
const UNFINISHED = `SELECT COUNT(*) AS items, SUM(user_id = ?) AS own FROM generation_item WHERE state IN ('QUEUED', 'RUNNING')`;

/**
 * Refuses further items that are more than the queue takes. Not the last word: that is for {@link roomInQueue} to say.
 * @throws DomainError `studio.queue_full`
 */
export async function assertQueueHasRoom(manager: EntityManager, userId: number, count: number): Promise<void> {
  const refusal = refusalOf(await countUnfinished(manager, userId), count);
  if (refusal) throw refusal;
}

/**
 * What the end of a submitting transaction has to find, which has inserted its items and changed the user's account or
 * left that for its end as well: the lock on that row lets a user's submissions through one by one, so that the count of
 * the user's items is exact. That of all items may be exceeded by transactions that commit together.
 */
export function roomInQueue(tx: EntityManager, userId: number): Proviso {
  return {
    rows: `FROM (${UNFINISHED}) AS unfinished WHERE unfinished.own <= ? AND unfinished.items <= ?`,
    parameters: [userId, MAX_UNFINISHED_PER_USER, MAX_UNFINISHED],
    // Some of the others may be finished by now.
    refused: async () => refusalOf(await countUnfinished(tx, userId), 0) ?? tooManyOfAll(1),
  };
}

interface Unfinished {
  readonly ofUser: number;
  readonly ofAll: number;
}

function refusalOf(unfinished: Unfinished, added: number): Error | undefined {
  const tooManyForUser = unfinished.ofUser + added - MAX_UNFINISHED_PER_USER;
  if (tooManyForUser > 0) return tooManyOfUser(tooManyForUser);
  const tooMany = unfinished.ofAll + added - MAX_UNFINISHED;
  return tooMany > 0 ? tooManyOfAll(tooMany) : undefined;
}

const tooManyOfUser = (tooMany: number): Error =>
  queueFull(
    `You may have ${MAX_UNFINISHED_PER_USER} images waiting or being made at a time, and this would be more.`,
    waitFor(tooMany, MAX_AT_WORK_PER_USER),
  );

const tooManyOfAll = (tooMany: number): Error =>
  queueFull('More images are waiting to be made than we can take on.', waitFor(tooMany, MAX_AT_WORK_PER_PROCESS));

async function countUnfinished(manager: EntityManager, userId: number): Promise<Unfinished> {
  const [row] = await manager.query<{ items: number | string; own: number | string | null }[]>(UNFINISHED, [userId]);
  return { ofUser: Number(row?.own), ofAll: Number(row?.items) };
}

const waitFor = (items: number, atATime: number): number => Math.ceil(items / atATime) * TYPICAL_ITEM_MS;
