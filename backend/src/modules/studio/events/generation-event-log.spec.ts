import { expect, test } from '@jest/globals';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { GenerationEventLog } from './generation-event-log.js';
import { GenerationEvent } from './generation-event.entity.js';

const [ANNA, BEN, CLEO] = [1, 2, 3];

describeOnEveryDatabase('GenerationEventLog', (open) => {
  async function openLog() {
    const { dataSource, transactions } = await open(GenerationEvent);
    /** @returns the id of the event */
    const happen = async (userId: number): Promise<number> => {
      const event = {
        userId,
        generationId: `of ${userId}`,
        itemId: null,
        type: 'generation.queued',
        createdAt: 1,
      } as const;
      const { identifiers } = await transactions.run((tx) => tx.insert(GenerationEvent, event));
      return Number(identifiers[0]?.['id']);
    };
    const forgetUpTo = (id: number) =>
      transactions.run((tx) =>
        tx.createQueryBuilder().delete().from(GenerationEvent).where('id <= :id', { id }).execute(),
      );
    return { log: new GenerationEventLog(dataSource), happen, forgetUpTo };
  }

  test('tells a person their own events behind a position, the oldest first and no more than wanted', async () => {
    const { log, happen } = await openLog();
    const [first, , second, third] = [await happen(ANNA), await happen(BEN), await happen(ANNA), await happen(ANNA)];
    const idsAfter = async (position: number, limit = 10) =>
      (await log.after(ANNA, position, limit)).map(({ id }) => id);

    expect(await idsAfter(0)).toEqual([first, second, third]);
    expect(await idsAfter(first)).toEqual([second, third]);
    expect(await idsAfter(0, 2)).toEqual([first, second]);
    expect(await idsAfter(third)).toEqual([]);
  });

  test('knows the newest event of each person who has one', async () => {
    const { log, happen } = await openLog();
    await happen(ANNA);
    const [ben, anna] = [await happen(BEN), await happen(ANNA)];

    expect(await log.newestOf([ANNA, BEN, CLEO])).toEqual(
      new Map([
        [ANNA, anna],
        [BEN, ben],
      ]),
    );
    expect(await log.newestOf([BEN])).toEqual(new Map([[BEN, ben]]));
    expect(await log.newestOf([])).toEqual(new Map());
  });

  test('goes on without a gap wherever the log still reaches', async () => {
    const { log, happen, forgetUpTo } = await openLog();
    const ids: number[] = [];
    for (let event = 0; event < 5; event += 1) ids.push(await happen(event % 2 === 0 ? ANNA : BEN));
    const [, second = 0, third = 0, , fifth = 0] = ids;
    await forgetUpTo(second);
    const resume = (id: number) => log.resume(ANNA, String(id));

    for (const position of [second, third, fifth]) {
      expect(await resume(position)).toEqual({ position, isGapless: true });
    }
    // What came between is forgotten, or the id is of another log.
    expect(await resume(second - 1)).toEqual({ position: fifth, isGapless: false });
    expect(await resume(fifth + 1)).toEqual({ position: fifth, isGapless: false });
  });

  test('begins for a newcomer behind the newest of their own, or before everything that is there', async () => {
    const { log, happen, forgetUpTo } = await openLog();
    expect(await log.resume(ANNA, undefined)).toEqual({ position: 0, isGapless: false });
    expect(await log.resume(ANNA, '0')).toEqual({ position: 0, isGapless: true });
    const forgotten = await happen(BEN);
    const own = await happen(ANNA);
    await happen(BEN);
    await forgetUpTo(forgotten);

    expect(await log.resume(ANNA, undefined)).toEqual({ position: own, isGapless: false });
    expect(await log.resume(CLEO, undefined)).toEqual({ position: own - 1, isGapless: false });
  });

  test('refuses what is no id', async () => {
    const { log } = await openLog();

    for (const id of ['', 'abc', '-1', '1.5', ' 1', '1 ', '1e3', '9'.repeat(16)]) {
      await expect(log.resume(ANNA, id)).rejects.toMatchObject({ code: 'studio.event_id_invalid' });
    }
    expect(await log.resume(ANNA, '9'.repeat(15))).toMatchObject({ isGapless: false });
  });
});
