import { afterEach, describe, expect, it } from '@jest/globals';
import { ProviderError } from '../../provider-error.js';
import { ArtworkPool } from './artwork-pool.js';

const large = { width: 2048, height: 2048, prompt: 'A large picture', seed: null };
/** Takes many times longer than the test lets it work, on any machine. */
const huge = { width: 4096, height: 4096, prompt: 'A huge picture', seed: null };
const small = { width: 256, height: 256, prompt: 'A small picture', seed: null };
const never = (): AbortSignal => new AbortController().signal;

describe('ArtworkPool', () => {
  let pool: ArtworkPool;

  afterEach(() => pool.close());

  it('refuses what its queue has no room for, and says when to come back', async () => {
    pool = new ArtworkPool({ threads: 1, maxQueued: 1 });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => pool.render(small, never())));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const reason of refused) expect(reason).toMatchObject({ category: 'rate_limited', retryAfterMs: 2_000 });
  });

  it('takes an aborted picture off the queue and goes on with the others', async () => {
    pool = new ArtworkPool({ threads: 1, maxQueued: 8 });
    const controller = new AbortController();
    const first = pool.render(large, never());
    const doomed = pool.render(large, controller.signal);
    const last = pool.render(small, never());
    controller.abort();
    await expect(doomed).rejects.toMatchObject({ category: 'timeout' });
    expect((await first).length).toBeGreaterThan((await last).length);
  });

  it('survives that the picture at work is aborted, again and again', async () => {
    pool = new ArtworkPool({ threads: 1, maxQueued: 8 });
    await pool.render(small, never());
    for (let round = 0; round < 5; round += 1) {
      await expect(pool.render(huge, AbortSignal.timeout(20 + round * 30))).rejects.toMatchObject({
        category: 'timeout',
      });
    }
    expect((await pool.render(small, never())).length).toBeGreaterThan(0);
  });

  it('rejects what it works on when it is closed, and everything after', async () => {
    pool = new ArtworkPool({ threads: 1, maxQueued: 8 });
    await pool.render(small, never());
    const atWork = pool.render(huge, never());
    const outcome = expect(atWork).rejects.toBeInstanceOf(ProviderError);
    await new Promise(setImmediate);
    await pool.close();
    await outcome;
    await expect(pool.render(small, never())).rejects.toMatchObject({ category: 'provider_unavailable' });
  });
});
