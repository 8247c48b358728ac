import { expect, test } from '@jest/globals';
import { GENERATION_FINAL_EVENTS } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { Broadcast } from '../../../platform/broadcast/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { CreditLedger, SYSTEM_ACTOR } from '../../credits/index.js';
import { GalleryService } from '../../gallery/index.js';
import { ProviderAttempts, ProviderError } from '../../providers/index.js';
import { GenerationEvent } from './generation-event.entity.js';
import { GenerationEvents } from './generation-events.js';
import { GENERATION_CHANNEL, readGenerationNews } from './generation-news.js';
import { GenerationItem, ITEM_STATES, type ItemState, isTerminal } from '../items/generation-item.entity.js';
import { statusOf } from '../generation-view.js';
import { LEASE_MS } from '../items/item-claims.js';
import { ItemQueue } from '../items/item-queue.js';
import { OverdueItems } from '../caretaker/overdue-items.js';
import { type TestStudio, USER, imageOf, openStudio } from '../testing/open-studio.js';
import { WorkMetrics } from '../items/work-metrics.js';

const DAY_MS = 86_400_000;
const FINAL: ReadonlySet<string> = new Set(GENERATION_FINAL_EVENTS);

/** The events of a generation in their order. */
async function eventsOf({ app }: TestStudio, generationId: string): Promise<string[]> {
  const events = await app
    .get(DataSource)
    .manager.find(GenerationEvent, { where: { generationId }, order: { id: 'ASC' } });
  return events.map(({ type }) => type.replace('generation.', ''));
}

/** A queue like that of another process: it shares the database and nothing else. */
function anotherQueue({ app, clock }: TestStudio): ItemQueue {
  return new ItemQueue(
    app.get(DataSource),
    app.get(Transactions),
    app.get(CreditLedger),
    app.get(GalleryService),
    app.get(ProviderAttempts),
    app.get(GenerationEvents),
    app.get(WorkMetrics),
    clock,
  );
}

describeAppOnEveryDatabase('GenerationEvents', (start) => {
  test('tells of each step of a generation', async () => {
    const studio = await openStudio(start);
    const { queue, clock, submitBatch, claim } = studio;
    const [first = '', second = '', third = ''] = await submitBatch(3);
    const item = await claim(first);
    expect(await eventsOf(studio, item.generationId)).toEqual(['started']);

    await claim(second);
    expect(await eventsOf(studio, item.generationId)).toEqual(['started']);

    await queue.putBack(item);
    await queue.succeed(await claim(first), imageOf(item, clock));
    clock.nowMs += LEASE_MS + 1;
    await queue.fail(await claim(second), new ProviderError('timeout'));
    expect(await eventsOf(studio, item.generationId)).toEqual(['started', 'progressed', 'progressed', 'progressed']);

    await queue.cancel(item.generationId, SYSTEM_ACTOR);
    await queue.cancel(item.generationId, SYSTEM_ACTOR);
    expect(await eventsOf(studio, item.generationId)).toEqual([
      ...['started', 'progressed', 'progressed', 'progressed'],
      'partially_succeeded',
    ]);
    expect(await studio.stateOf(third)).toBe('CANCELED');
  });

  test('begins again with a generation that was put back whole', async () => {
    const studio = await openStudio(start);
    const item = await studio.claim(await studio.submit());
    await studio.queue.putBack(item);
    await studio.queue.putBack(item);
    await studio.claim(item.id);

    expect(await eventsOf(studio, item.generationId)).toEqual(['started', 'progressed', 'started']);
  });

  test('tells of items that are given up', async () => {
    const studio = await openStudio(start);
    const { app, queue, clock, claim } = studio;
    const deserted = await studio.submit();
    const overdue = await claim(await studio.submit(DAY_MS));
    let exhausted = '';
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      exhausted = (await claim(deserted)).generationId;
      clock.nowMs += LEASE_MS + 1;
    }
    await queue.giveUpExhausted(10);
    clock.nowMs += DAY_MS;
    await app.get(OverdueItems).giveUp(10);

    expect((await eventsOf(studio, exhausted)).at(-1)).toBe('failed');
    expect(await eventsOf(studio, overdue.generationId)).toEqual(['started', 'failed']);
  });

  test('calls a generation what its items make it, whatever their states', async () => {
    const studio = await openStudio(start, 10_000);
    const { app } = studio;
    const [events, transactions] = [app.get(GenerationEvents), app.get(Transactions)];
    for (const first of ITEM_STATES) {
      for (const second of ITEM_STATES) {
        const states = [first, second] as const;
        const generationId = await generationOf(studio, states);
        await transactions.run((tx) => events.record(tx, { change: 'changed', userId: USER, generationId }));
        const expected = states.every(isTerminal) ? statusOf(states) : 'progressed';
        expect([...states, ...(await eventsOf(studio, generationId))]).toEqual([...states, expected]);
      }
    }
  });

  test('has exactly one final event, and nothing after it, when four processes race for eight items', async () => {
    const studio = await openStudio(start, 10_000);
    const { claims, clock, submitBatch, claim } = studio;
    const queues = Array.from({ length: 4 }, () => anotherQueue(studio));
    for (let round = 0; round < 8; round += 1) {
      const items = await Promise.all((await submitBatch(8)).slice(0, 4).map(claim));
      const waiting = (await claims.due(10)).filter((id) => !items.some((item) => item.id === id));
      const generationId = items[0]?.generationId ?? '';
      await Promise.all([
        ...items.flatMap((item, index) =>
          queues.map((queue, process) => {
            if (process === 0) return queue.succeed(item, imageOf(item, clock));
            if (process === 1) return queue.fail(item, new ProviderError('timeout'));
            if (process === 2)
              return index === round % 4 ? queue.cancel(generationId, SYSTEM_ACTOR) : queue.putBack(item);
            return queue.succeed(item, imageOf(item, clock));
          }),
        ),
        ...waiting.map(async (id) => claims.claim(id)),
      ]);
      await Promise.all(queues.map((queue) => queue.cancel(generationId, SYSTEM_ACTOR)));

      const told = await eventsOf(studio, generationId);
      expect(told.filter((type) => FINAL.has(`generation.${type}`))).toHaveLength(1);
      expect(told.at(-1)).toBe(statusOf(await statesOf(studio, generationId)));
    }
  });

  test('hides nothing from a reader who goes on from the last id that was seen', async () => {
    const studio = await openStudio(start, 10_000);
    const { app, clock } = studio;
    const { manager } = app.get(DataSource);
    const after = (id: number): Promise<GenerationEvent[]> =>
      manager
        .createQueryBuilder(GenerationEvent, 'event')
        .where('event.userId = :user AND event.id > :id', { user: USER, id })
        .orderBy('event.id')
        .getMany();
    const seen: number[] = [];
    let isOver = false;
    const read = async (): Promise<void> => {
      while (!isOver) seen.push(...(await after(seen.at(-1) ?? 0)).map(({ id }) => id));
    };
    const reading = read();
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const [queue, [id = '']] = [anotherQueue(studio), await studio.submitBatch(2)];
        const item = await studio.claims.claim(id);
        if (item) await queue.succeed(item, imageOf(item, clock));
        if (item) await queue.cancel(item.generationId, SYSTEM_ACTOR);
      }),
    );
    isOver = true;
    await reading;
    seen.push(...(await after(seen.at(-1) ?? 0)).map(({ id }) => id));

    const all = await after(0);
    expect(all.length).toBeGreaterThan(10);
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  test('says whose generation, which of its items and when, and tells everybody who listens', async () => {
    const studio = await openStudio(start);
    const { app, clock, queue } = studio;
    const told: unknown[] = [];
    const end = app.get(Broadcast).subscribe(GENERATION_CHANNEL, (text) => told.push(readGenerationNews(text)));
    const generationId = 'submitted';
    await app
      .get(Transactions)
      .run((tx) => app.get(GenerationEvents).record(tx, { change: 'submitted', userId: USER, generationId }));
    clock.nowMs += 1;
    const item = await studio.claim(await studio.submit());
    clock.nowMs += 1;
    await queue.cancel(item.generationId, SYSTEM_ACTOR);

    const written = await app.get(DataSource).manager.find(GenerationEvent, { order: { id: 'ASC' } });
    const facts = { userId: USER, generationId: item.generationId };
    expect(written).toEqual([
      expect.objectContaining({
        userId: USER,
        generationId,
        itemId: null,
        type: 'generation.queued',
        createdAt: clock.nowMs - 2,
      }),
      expect.objectContaining({ ...facts, itemId: item.id, type: 'generation.started', createdAt: clock.nowMs - 1 }),
      expect.objectContaining({ ...facts, itemId: null, type: 'generation.canceled', createdAt: clock.nowMs }),
    ]);
    await until(() => told.length === 2);
    expect(told).toEqual([
      { change: 'claimed', ...facts },
      { change: 'changed', ...facts },
    ]);
    end();
  });

  test('forgets a thousand events at a time', async () => {
    const { app, clock } = await openStudio(start);
    const createdAt = clock.now();
    await app.get(Transactions).run(async (tx) => {
      for (let first = 0; first < 1_200; first += 300) {
        const event = {
          userId: USER,
          generationId: 'old',
          itemId: null,
          type: 'generation.queued' as const,
          createdAt,
        };
        await tx.insert(
          GenerationEvent,
          Array.from({ length: 300 }, () => ({ ...event })),
        );
      }
    });
    clock.nowMs += 8 * DAY_MS;

    const events = app.get(GenerationEvents);
    expect([await events.prune(), await events.prune(), await events.prune()]).toEqual([1_000, 199, 0]);
  });

  test('keeps events for a week, and the newest for ever', async () => {
    const studio = await openStudio(start);
    const { app, clock } = studio;
    const events = app.get(GenerationEvents);
    const old = await studio.claim(await studio.submit());
    await studio.queue.cancel(old.generationId, SYSTEM_ACTOR);
    clock.nowMs += 7 * DAY_MS;
    expect(await events.prune()).toBe(0);
    clock.nowMs += 1;
    expect(await events.prune()).toBe(1);
    expect(await eventsOf(studio, old.generationId)).toEqual(['canceled']);

    const fresh = await studio.claim(await studio.submit());
    expect(await events.prune()).toBe(1);
    expect(await eventsOf(studio, old.generationId)).toEqual([]);
    expect(await eventsOf(studio, fresh.generationId)).toEqual(['started']);

    clock.nowMs += 7 * DAY_MS + 1;
    const others = [await studio.claim(await studio.submit()), await studio.claim(await studio.submit())];
    expect(await events.prune()).toBe(1);
    for (const { generationId } of others) expect(await eventsOf(studio, generationId)).toEqual(['started']);
  });
});

async function generationOf(studio: TestStudio, states: readonly ItemState[]): Promise<string> {
  const { manager } = studio.app.get(DataSource);
  const ids = await studio.submitBatch(states.length);
  for (const [index, state] of states.entries())
    await manager.update(GenerationItem, { id: ids[index] ?? '' }, { state });
  return (await manager.findOneByOrFail(GenerationItem, { id: ids[0] ?? '' })).generationId;
}

async function statesOf({ app }: TestStudio, generationId: string): Promise<ItemState[]> {
  return (await app.get(DataSource).manager.findBy(GenerationItem, { generationId })).map(({ state }) => state);
}
