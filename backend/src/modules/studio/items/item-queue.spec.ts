import { expect, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { SYSTEM_ACTOR } from '../../credits/index.js';
import { ProviderError } from '../../providers/index.js';
import { LEASE_MS } from './item-claims.js';
import { PRICE, imageOf, openStudio } from '../testing/open-studio.js';

describeAppOnEveryDatabase('ItemQueue', (start) => {
  test('charges an item together with its image, once', async () => {
    const { app, queue, clock, submit, claim, balance, images } = await openStudio(start);
    const item = await claim(await submit());
    const image = imageOf(item, clock);

    expect(await queue.succeed(item, image)).toBe(true);
    // The answer to a commit was lost and the step is run again: it was ours.
    expect(await queue.succeed(item, image)).toBe(true);
    // A second attempt at the same item with a file of its own was not.
    expect(await queue.succeed(item, imageOf(item, clock))).toBe(false);

    expect(await balance()).toEqual([96, 0, PRICE]);
    expect(await images(item.id)).toBe(1);
    const counted = await app.get(Metrics).format();
    expect(counted).toContain(`\natelier_images_total 1\n`);
    expect(counted).toContain(`\natelier_credits_captured_total ${PRICE}\n`);
  });

  test('gives the credits of a failed item back', async () => {
    const { app, queue, submit, claim, balance, stateOf } = await openStudio(start);
    const item = await claim(await submit());
    expect(await balance()).toEqual([96, PRICE, 0]);

    expect(await queue.fail(item, new ProviderError('timeout'))).toBe(true);
    expect(await queue.fail(item, new ProviderError('timeout'))).toBe(false);

    expect(await stateOf(item.id)).toBe('FAILED');
    expect(await balance()).toEqual([100, 0, 0]);
    expect(await app.get(Metrics).format()).toContain(`\natelier_credits_released_total ${PRICE}\n`);
  });

  test('lets one of fifty claims through', async () => {
    const { claims, submit } = await openStudio(start);
    const id = await submit();

    const claimed = await Promise.all(Array.from({ length: 50 }, () => claims.claim(id)));

    expect(claimed.filter((item) => item !== undefined)).toHaveLength(1);
  });

  test('stops a worker whose lease was taken over from changing anything', async () => {
    const { claims, queue, clock, submit, claim, balance, images } = await openStudio(start);
    const stale = await claim(await submit());
    clock.nowMs += LEASE_MS + 1;
    const fresh = await claim(stale.id);

    expect(await claims.heartbeat(stale)).toBe(false);
    expect(await queue.succeed(stale, imageOf(stale, clock))).toBe(false);
    expect(await queue.fail(stale, new ProviderError('timeout'))).toBe(false);
    await queue.putBack(stale);
    expect(await balance()).toEqual([96, PRICE, 0]);
    expect(await images(stale.id)).toBe(0);

    expect(await queue.succeed(fresh, imageOf(fresh, clock))).toBe(true);
    expect(await balance()).toEqual([96, 0, PRICE]);
  });

  test('keeps the credits held when a lease is lost, and returns them when the attempts are used up', async () => {
    const { claims, queue, clock, submit, claim, balance, stateOf } = await openStudio(start);
    const id = await submit();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await claim(id);
      expect(await queue.giveUpExhausted(10)).toEqual([]);
      clock.nowMs += LEASE_MS + 1;
      expect(await balance()).toEqual([96, PRICE, 0]);
      expect(await queue.giveUpExhausted(10)).toEqual(attempt === 3 ? [id] : []);
    }

    expect(await claims.claim(id)).toBeUndefined();
    expect(await stateOf(id)).toBe('FAILED');
    expect(await balance()).toEqual([100, 0, 0]);
  });

  test('does not count an attempt that a stopping process puts back', async () => {
    const { claims, queue, submit, claim, stateOf } = await openStudio(start);
    const id = await submit();

    for (let attempt = 1; attempt <= 5; attempt += 1) await queue.putBack(await claim(id));

    expect(await stateOf(id)).toBe('QUEUED');
    expect(await claims.due(10)).toEqual([id]);
  });

  test('has exactly one winner when finishing, failing, canceling and a takeover race', async () => {
    const { claims, queue, clock, submit, claim, balance, images, stateOf } = await openStudio(start);
    for (let round = 0; round < 10; round += 1) {
      const before = await balance();
      const stale = await claim(await submit());
      clock.nowMs += LEASE_MS + 1;
      const image = imageOf(stale, clock);

      await Promise.all(
        Array.from({ length: 52 }, (_, index) => {
          if (index % 4 === 0) return queue.succeed(stale, image);
          if (index % 4 === 1) return queue.fail(stale, new ProviderError('timeout'));
          if (index % 4 === 2) return queue.cancel(stale.generationId, SYSTEM_ACTOR);
          return claims.claim(stale.id);
        }),
      );
      await queue.cancel(stale.generationId, SYSTEM_ACTOR);

      const isCharged = (await stateOf(stale.id)) === 'SUCCEEDED';
      expect(await images(stale.id)).toBe(isCharged ? 1 : 0);
      const cost = isCharged ? PRICE : 0;
      expect(await balance()).toEqual([before[0] - cost, 0, before[2] + cost]);
    }
  });
});
