import { afterEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { isFinished, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { IS_LONG_RUN } from '../support/run-length.js';
import { balanceOf } from '../support/standing.js';
import { until } from '../support/until.js';
import { audit } from './audit/audit.js';
import { openRaw } from './audit/records.js';
import { Fleet } from './fleet.js';

const HOUR_MS = 3_600_000;

/** The short run makes do with the worst of them. */
const SHIFTS = [
  ['an hour ahead', HOUR_MS],
  ['an hour behind', -HOUR_MS],
  ['five seconds ahead', 5_000],
] as const;
const shifts = IS_LONG_RUN ? SHIFTS : SHIFTS.slice(0, 1);

describe('two processes on one database', () => {
  let fleet: Fleet;
  let client: ApiClient;

  async function open(): Promise<void> {
    fleet = await Fleet.start({ database: 'mariadb', processes: 2, seed: 1 });
    const admin = await signIn(fleet.first);
    ({ client } = await createMember(fleet.first, admin, 100));
  }

  afterEach(() => fleet.dispose());

  async function expectInOrder(charged: number): Promise<void> {
    expect(await balanceOf(client)).toMatchObject({ held: 0, consumed: charged, granted: 100 });
    const { violations } = await audit(fleet.installation, { isQuiescent: true });
    expect([...violations, ...fleet.violations]).toEqual([]);
  }

  it.each(shifts)(
    'deliver and charge everything while the clock of one is %s',
    async (_, byMs) => {
      await open();
      await fleet.order(1, 'shiftClock', { byMs });
      const started = [];
      for (let number = 0; number < 4; number += 1)
        started.push(await startImages(client, { prompt: `slow ${number} [mock:delay=700]`, count: 2 }));
      // The clock is set right in the middle of the work, as a time service does it.
      await fleet.order(1, 'shiftClock', { byMs: 0 });
      started.push(await startImages(client, { prompt: 'afterwards' }));
      for (const { id } of started) {
        const finished = await untilGeneration(client, id, isFinished, 120_000);
        expect(finished).toMatchObject({ status: 'succeeded' });
      }
      await expectInOrder(9);
    },
    240_000,
  );

  it('charge once when one of them stood still for longer than its lease', async () => {
    await open();
    const { id } = await startImages(client, { prompt: 'slow [mock:delay=6000]' });
    const database = await openRaw(fleet.installation);
    try {
      const owner = await until(async () => {
        const rows = (await database.rows(`SELECT lease_owner FROM generation_item WHERE state = 'RUNNING'`)) as {
          lease_owner: string;
        }[];
        return rows[0]?.lease_owner;
      });
      const pids = fleet.pids;
      const seat = pids.findIndex((pid) => owner.endsWith(`-${pid}`));
      const origin = fleet.origins[1 - seat]!;
      // Until then its lease runs out, the other one takes over and delivers.
      const standstill = fleet.order(seat, 'block', { durationMs: 15_000 });
      await database.run(`UPDATE generation_item SET lease_until = 1 WHERE state = 'RUNNING'`);
      const elsewhere = client.at(origin);
      expect(await untilGeneration(elsewhere, id, isFinished, 60_000)).toMatchObject({ status: 'succeeded' });
      await standstill;
      const [item] = (await database.rows('SELECT fence FROM generation_item')) as { fence: number }[];
      expect(item?.fence).toBe(2);
    } finally {
      await database.close();
    }
    await fleet.allReady();
    await expectInOrder(1);
  }, 240_000);
});
