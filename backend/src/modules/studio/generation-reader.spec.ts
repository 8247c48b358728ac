import { expect, test } from '@jest/globals';
import { GenerateRequest } from '@atelier/contracts';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { ObservedStudio } from '../../../test/model/observed-studio.js';
import { ProviderError } from '../providers/index.js';
import { GenerationReader } from './generation-reader.js';
import { imageOf } from './testing/open-studio.js';

describeAppOnEveryDatabase('GenerationReader', (start) => {
  async function open() {
    const anna = await (await ObservedStudio.open(start)).forNewcomer(100);
    const ben = await anna.forNewcomer(100);
    const reader = anna.get(GenerationReader);
    const submit = async (who: ObservedStudio, count = 1, tier: GenerateRequest['tier'] = 'standard') => {
      who.clock.nowMs += 1;
      const request = GenerateRequest.parse({ prompt: 'a harbour', tier, provider: 'mock', count });
      return (await who.studio.generate(who.actor, request)).id;
    };
    const claimNext = async (who: ObservedStudio) => {
      const own = (await who.observe()).items.map(({ id }) => id);
      const [id = ''] = (await who.claims.due(10)).filter((due) => own.includes(due));
      const item = await who.claims.claim(id);
      if (!item) throw new Error('Nothing is due');
      return item;
    };
    /** Makes one image that takes so long. */
    const make = async (who: ObservedStudio, durationMs: number, tier?: GenerateRequest['tier']) => {
      const id = await submit(who, 1, tier);
      const item = await claimNext(who);
      who.clock.nowMs += durationMs;
      await who.queue.succeed(item, { ...imageOf(item, who.clock), userId: who.actor.id });
      return id;
    };
    return { anna, ben, reader, submit, claimNext, make };
  }

  test('tells where a generation stands in line, and when its turn may come', async () => {
    const { anna, ben, reader, submit, claimNext, make } = await open();
    const first = await submit(anna, 3);
    const second = await submit(anna);
    const other = await submit(ben, 2);
    const placeOf = async (who: ObservedStudio, id: string) => (await reader.get(who.actor.id, id)).queue;
    // Anna's first, Ben's first, Anna's second and third, Ben's second, and then her other generation.
    expect(await placeOf(anna, first)).toEqual({ position: 1, of: 3, starts_in_ms: null });
    expect(await placeOf(ben, other)).toEqual({ position: 2, of: 3, starts_in_ms: null });
    expect(await placeOf(anna, second)).toEqual({ position: 3, of: 3, starts_in_ms: null });

    // The line is looked at once a second; whoever came since stands at its end.
    const late = await submit(ben);
    expect(await placeOf(ben, late)).toEqual({ position: 4, of: 4, starts_in_ms: null });

    await claimNext(anna);
    anna.clock.nowMs += 1_000;
    expect(await reader.get(anna.actor.id, first)).toMatchObject({ status: 'running', queue: null });
    for (const id of [first, second]) await anna.studio.cancel(anna.actor, id);
    for (const id of [other, late]) await ben.studio.cancel(ben.actor, id);
    await make(anna, 4_000);
    anna.clock.nowMs += 15_000;
    const [mine, theirs] = [await submit(anna, 2), await submit(ben)];
    await claimNext(anna);
    anna.clock.nowMs += 1_000;
    // One of two is at work; of what waits, Ben's is first, and takes what one takes.
    expect(await reader.get(ben.actor.id, theirs)).toMatchObject({
      queue: { position: 1, of: 2, starts_in_ms: 4_000 },
      expected_duration_ms: 4_000,
    });
    expect(await reader.get(anna.actor.id, mine)).toMatchObject({ queue: null, expected_duration_ms: 4_000 });
  });

  test('expects of an image what the median of its kind took lately, and nothing of another kind', async () => {
    const { anna, reader, submit, make } = await open();
    const expected = async (tier: GenerateRequest['tier']) => {
      const id = await submit(anna, 1, tier);
      const { expected_duration_ms } = await reader.get(anna.actor.id, id);
      await anna.studio.cancel(anna.actor, id);
      return expected_duration_ms;
    };
    expect(await expected('standard')).toBeNull();
    const made = await make(anna, 9_000);
    for (const durationMs of [1_000, 3_000]) await make(anna, durationMs);
    await make(anna, 500, 'premium2');

    anna.clock.nowMs += 15_000;
    expect(await expected('standard')).toBe(3_000);
    expect(await expected('premium2')).toBe(500);
    expect(await expected('premium4')).toBeNull();
    expect(await reader.get(anna.actor.id, made)).toMatchObject({ queue: null, expected_duration_ms: null });
  });

  test('finds what is asked for in the order of the ids, of this person alone', async () => {
    const { anna, ben, reader, submit, make } = await open();
    const [second, first, theirs] = [await make(anna, 1), await submit(anna, 2), await submit(ben)];

    const found = await reader.find(anna.actor.id, [second, theirs, 'nowhere', first]);

    expect(found.map(({ id, status, images }) => [id, status, images.length])).toEqual([
      [second, 'succeeded', 1],
      [first, 'queued', 0],
    ]);
    expect(await reader.find(anna.actor.id, [])).toEqual([]);
    await expect(reader.get(anna.actor.id, theirs)).rejects.toMatchObject({ code: 'studio.generation_not_found' });
  });

  test('tells the images of a generation, and of no other', async () => {
    const { anna, reader, submit, claimNext, make } = await open();
    await make(anna, 1);
    const id = await submit(anna, 3);
    const [first, second] = [await claimNext(anna), await claimNext(anna)];
    for (const item of [second, first])
      await anna.queue.succeed(item, { ...imageOf(item, anna.clock), userId: anna.actor.id });

    const [found] = await reader.find(anna.actor.id, [id]);

    expect(found).toMatchObject({ status: 'running', count: 3, credits: { charged: 2 } });
    expect(found?.images).toHaveLength(2);
  });

  test('divides what is ahead by how many are made at a time', async () => {
    const { anna, ben, reader, submit, claimNext, make } = await open();
    await make(anna, 4_000);
    anna.clock.nowMs += 15_000;
    await submit(anna, 4);
    for (let item = 0; item < 4; item += 1) await claimNext(anna);
    const waiting = await submit(ben, 3);
    const last = await submit(ben);
    anna.clock.nowMs += 2_000;

    expect((await reader.get(ben.actor.id, waiting)).queue?.starts_in_ms).toBe(1_000);
    expect((await reader.get(ben.actor.id, last)).queue?.starts_in_ms).toBe(4_000);
  });

  test('knows what is not finished', async () => {
    const { anna, ben, reader, submit, make, claimNext } = await open();
    const [done, waiting] = [await make(anna, 1), await submit(anna, 2)];
    await submit(ben);
    const running = await submit(anna);
    expect(await reader.unfinished(anna.actor.id)).toEqual([waiting, running]);
    expect(await reader.finished(anna.actor.id, done)).toEqual(await reader.get(anna.actor.id, done));
    expect(await reader.finished(anna.actor.id, waiting)).toBeUndefined();
    expect(await reader.finished(ben.actor.id, done)).toBeUndefined();

    const item = await claimNext(anna);
    expect(await reader.finished(anna.actor.id, item.generationId)).toBeUndefined();
    await anna.queue.fail(item, new ProviderError('timeout'));
    await anna.studio.cancel(anna.actor, waiting);
    await anna.studio.cancel(anna.actor, running);

    expect(await reader.unfinished(anna.actor.id)).toEqual([]);
    expect(await reader.finished(anna.actor.id, waiting)).toMatchObject({ id: waiting, status: 'failed' });
  });
});
