import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Generation, GenerationEventType } from '@atelier/contracts';
import { finished, generationOf, idOf, waiting } from '../testing/generations.js';
import type { GenerationEvent } from './generation-event.entity.js';
import { type FeedOptions, GenerationFeed } from './generation-feed.js';

const USER = 7;
const BATCH = 200;

describe('GenerationFeed', () => {
  let events: GenerationEvent[];
  let generations: Map<string, Generation>;
  let found: (readonly string[])[];

  beforeEach(() => {
    events = [];
    generations = new Map();
    found = [];
  });

  const happen = (number: number, type: GenerationEventType = 'generation.progressed') =>
    void events.push({
      ...{ id: events.length + 1, userId: USER, itemId: null, createdAt: 1 },
      ...{ generationId: idOf(number), type },
    });
  const be = (generation: Generation) => void generations.set(generation.id, generation);

  function feedOf(options: Partial<FeedOptions> = {}): GenerationFeed {
    return new GenerationFeed(
      {
        after: async (userId, position, limit) => {
          expect([userId, limit]).toEqual([USER, BATCH]);
          return events.filter(({ id }) => id > position).slice(0, limit);
        },
      },
      {
        find: async (userId, ids) => {
          expect(userId).toBe(USER);
          found.push(ids);
          return ids.flatMap((id) => generations.get(id) ?? []);
        },
        unfinished: async (userId) => {
          expect(userId).toBe(USER);
          return [...generations.values()].filter(({ completed_at }) => completed_at === null).map(({ id }) => id);
        },
      },
      { userId: USER, start: { position: 0, isGapless: false }, ...options },
    );
  }

  const shortOf = (messages: readonly { id: number; event: string; data: string }[]) =>
    messages.map(({ id, event, data }) => [id, event, (JSON.parse(data) as Partial<Generation>).id]);

  test('begins with where it stands and with what is not finished', async () => {
    be(finished(1));
    be(generationOf(2));
    be(waiting(3, 1));
    const feed = feedOf({ start: { position: 5, isGapless: false } });

    const opening = await feed.opening();

    expect(opening[0]).toEqual({ id: 5, event: 'ready', data: '{}' });
    expect(shortOf(opening.slice(1))).toEqual([
      [5, 'generation.snapshot', idOf(2)],
      [5, 'generation.snapshot', idOf(3)],
    ]);
    expect(JSON.parse(opening[1]!.data)).toEqual(generationOf(2));
    expect([feed.position, feed.isOver, feed.isWaiting, feed.hasMore]).toEqual([5, false, true, true]);
  });

  test('says nothing to whoever goes on without a gap, and knows who waits all the same', async () => {
    be(waiting(1, 1));
    const feed = feedOf({ start: { position: 5, isGapless: true } });

    expect(await feed.opening()).toEqual([]);
    expect(feed.isWaiting).toBe(true);
  });

  test('of one generation begins with that alone, and is over with one that is finished', async () => {
    be(generationOf(1));
    be(finished(2));
    const [open, over] = [feedOf({ generationId: idOf(1) }), feedOf({ generationId: idOf(2) })];

    expect(shortOf(await open.opening())).toEqual([[0, 'generation.snapshot', idOf(1)]]);
    expect(shortOf(await over.opening())).toEqual([[0, 'generation.snapshot', idOf(2)]]);
    expect([open.isOver, over.isOver, open.isWaiting]).toEqual([false, true, false]);
  });

  test('tells the newest event of each generation, in the order of the events', async () => {
    for (const number of [1, 2, 3]) be(generationOf(number));
    happen(1, 'generation.queued');
    happen(2, 'generation.started');
    happen(1, 'generation.started');
    happen(3, 'generation.queued');
    const feed = feedOf();

    expect(shortOf(await feed.next())).toEqual([
      [2, 'generation.started', idOf(2)],
      [3, 'generation.started', idOf(1)],
      [4, 'generation.queued', idOf(3)],
    ]);
    expect(found).toEqual([[idOf(2), idOf(1), idOf(3)]]);
    expect([feed.position, feed.hasMore, feed.isOver]).toEqual([4, false, false]);
    expect(await feed.next()).toEqual([]);
    expect(feed.position).toBe(4);
  });

  test('leaves out what is not there any more', async () => {
    be(generationOf(2));
    happen(1);
    happen(2);

    expect(shortOf(await feedOf().next())).toEqual([[2, 'generation.progressed', idOf(2)]]);
  });

  test('reads so many events at a time, and says that there are more', async () => {
    be(generationOf(1));
    for (let event = 0; event < BATCH + 1; event += 1) happen(1);
    const feed = feedOf();

    expect(shortOf(await feed.next())).toEqual([[BATCH, 'generation.progressed', idOf(1)]]);
    expect(feed.hasMore).toBe(true);
    expect(shortOf(await feed.next())).toEqual([[BATCH + 1, 'generation.progressed', idOf(1)]]);
    expect(feed.hasMore).toBe(false);
  });

  test('of one generation tells of nothing else, and is over with its end', async () => {
    be(finished(1));
    be(finished(2));
    happen(2, 'generation.succeeded');
    const feed = feedOf({ generationId: idOf(1) });
    expect(await feed.next()).toEqual([]);
    expect([feed.position, feed.isOver]).toEqual([1, false]);

    happen(1, 'generation.started');
    expect(shortOf(await feed.next())).toEqual([[2, 'generation.started', idOf(1)]]);
    expect(feed.isOver).toBe(false);
    happen(1, 'generation.failed');
    happen(2, 'generation.progressed');
    expect(shortOf(await feed.next())).toEqual([[3, 'generation.failed', idOf(1)]]);
    expect(feed.isOver).toBe(true);
  });

  test('of all generations goes on after the end of one', async () => {
    be(finished(1));
    happen(1, 'generation.succeeded');
    const feed = feedOf();

    expect(shortOf(await feed.next())).toEqual([[1, 'generation.succeeded', idOf(1)]]);
    expect(feed.isOver).toBe(false);
  });

  test('tells where those who wait have moved to, each only when it has', async () => {
    be(waiting(1, 2));
    be(waiting(2, 3));
    const feed = feedOf({ start: { position: 8, isGapless: true } });
    await feed.opening();
    expect(await feed.moves()).toEqual([]);

    be(waiting(1, 1));
    expect(shortOf(await feed.moves())).toEqual([[8, 'generation.snapshot', idOf(1)]]);
    expect(await feed.moves()).toEqual([]);

    // What is begun waits no longer; that is an event of its own.
    be(generationOf(1));
    be(generationOf(2));
    expect(await feed.moves()).toEqual([]);
    expect(feed.isWaiting).toBe(false);
    found = [];
    await feed.moves();
    expect(found).toEqual([[]]);
  });

  test('learns from events who waits', async () => {
    be(waiting(1, 1));
    happen(1, 'generation.queued');
    const feed = feedOf();
    expect(feed.isWaiting).toBe(false);
    await feed.next();
    expect(feed.isWaiting).toBe(true);
  });

  test('looks at the places of twenty at most', async () => {
    for (let number = 1; number <= 21; number += 1) be(waiting(number, number));
    const feed = feedOf({ start: { position: 0, isGapless: true } });
    await feed.opening();

    await feed.moves();

    expect(found.at(-1)).toEqual(Array.from({ length: 20 }, (_, index) => idOf(index + 1)));
  });
});
