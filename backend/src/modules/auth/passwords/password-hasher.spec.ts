import { describe, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { PasswordHasher } from './password-hasher.js';

const PASSWORD = 'seven quiet harbours';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  test('stores argon2id with 64 MiB, three passes and one thread', async () => {
    expect(await hasher.hash(PASSWORD)).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[^$]{22}\$[^$]{43}$/);
  });

  test('matches the password alone, however its characters were composed', async () => {
    const stored = await hasher.hash('caf\u00e9 au lait at dawn');

    expect(await hasher.matches('cafe\u0301 au lait at dawn', stored)).toBe(true);
    expect(await hasher.matches('cafe au lait at dawn', stored)).toBe(false);
  });

  test('does the same work when there is no hash, and never matches', async () => {
    const stored = await hasher.hash(PASSWORD);
    const known = await costOf(() => hasher.matches('a wrong password', stored));
    const unknown = await costOf(() => hasher.matches('a wrong password', null));

    expect(await hasher.matches(PASSWORD, null)).toBe(false);
    expect(unknown).toBeGreaterThan(known / 2);
    expect(unknown).toBeLessThan(known * 2);
  });

  test('notices hashes that were made with other parameters', async () => {
    const weaker = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

    expect(hasher.isOutdated(weaker)).toBe(true);
    expect(hasher.isOutdated(await hasher.hash(PASSWORD))).toBe(false);
  });
});

/** Work is told by processor time, the least of a few rounds, which other programs on the machine do not disturb much. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    costs.push(user + system);
  }
  return Math.min(...costs);
}
