import { expect, test } from '@jest/globals';
import { GenerateRequest } from '@atelier/contracts';
import type { Response } from 'express';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { ObservedStudio } from '../../../test/model/observed-studio.js';
import { ProviderError } from '../providers/index.js';
import { GenerationResponder, type RequestWishes } from './generation-responder.js';
import { imageOf } from './testing/open-studio.js';

const REQUEST = GenerateRequest.parse({ prompt: 'a harbour', tier: 'premium4', provider: 'mock' });

/** What is said besides the body. */
class Spoken {
  code = 201;
  readonly headers: Record<string, string | number> = {};

  status(code: number): this {
    this.code = code;
    return this;
  }

  setHeader(name: string, value: string | number): this {
    this.headers[name] = value;
    return this;
  }
}

describeAppOnEveryDatabase('The answer to a generate request', (start) => {
  async function open() {
    const studio = await (await ObservedStudio.open(start)).forNewcomer(10);
    const responder = studio.get(GenerationResponder);
    const ask = async (wishes: Partial<RequestWishes>) => {
      const spoken = new Spoken();
      const asked = { prefer: undefined, idempotencyKey: undefined, ...wishes };
      // The responder speaks through these two methods alone.
      const answer = responder.generate(studio.actor, REQUEST, asked, spoken as unknown as Response);
      return { spoken, answer };
    };
    /** Claims the first item as soon as it is there. */
    const claim = async () => {
      for (;;) {
        const [item] = (await studio.observe()).items;
        const claimed = item && (await studio.claims.claim(item.id));
        if (claimed) return claimed;
      }
    };
    return { studio, ask, claim };
  }

  test('that should not be waited for says where to look', async () => {
    const { ask } = await open();

    const { spoken, answer } = await ask({ prefer: 'respond-async', idempotencyKey: 'k1' });
    const generation = await answer;

    expect(generation.status).toBe('queued');
    expect(spoken).toEqual({
      code: 202,
      headers: {
        'Preference-Applied': 'respond-async',
        'X-Attempts': 0,
        'X-Fallback-Used': 'false',
        Location: `/api/v1/studio/generations/${generation.id}`,
        'X-Credits-Charged': 0,
        'X-Credits-Remaining': 6,
      },
    });
    const again = await ask({ prefer: 'wait=0', idempotencyKey: 'k1' });
    expect((await again.answer).id).toBe(generation.id);
    expect(again.spoken).toMatchObject({
      code: 202,
      headers: { 'Idempotent-Replayed': 'true', 'Preference-Applied': 'wait=0', 'X-Credits-Remaining': 6 },
    });
  });

  test('comes with the image when it is there, and says what it cost', async () => {
    const { studio, ask, claim } = await open();

    const { spoken, answer } = await ask({});
    const item = await claim();
    await studio.calls.begin(item, 'premium4');
    await studio.queue.succeed(item, { ...imageOf(item, studio.clock), userId: studio.actor.id });

    expect(await answer).toMatchObject({ status: 'succeeded', credits: { charged: 4 } });
    expect(spoken).toEqual({
      code: 201,
      headers: { 'X-Attempts': 1, 'X-Fallback-Used': 'false', 'X-Credits-Charged': 4, 'X-Credits-Remaining': 6 },
    });
  });

  test('says while it is made that it is not there yet', async () => {
    const { ask, claim, studio } = await open();
    const first = await ask({ prefer: 'respond-async', idempotencyKey: 'k1' });
    await first.answer;
    await claim();

    const { spoken, answer } = await ask({ prefer: 'respond-async', idempotencyKey: 'k1' });

    expect(await answer).toMatchObject({ status: 'running' });
    expect(spoken.code).toBe(202);
    expect(Object.keys(spoken.headers)).toContain('Location');
    expect((await studio.observe()).account.held).toBe(4);
  });

  test('is the failure where nothing was delivered, and how often it was tried', async () => {
    const { studio, ask, claim } = await open();

    const { spoken, answer } = await ask({});
    const refused = expect(answer).rejects.toMatchObject({ code: new ProviderError('timeout').code });
    const item = await claim();
    await studio.calls.begin(item, 'premium4');
    await studio.queue.fail(item, new ProviderError('timeout'));

    await refused;
    expect(spoken.headers).toEqual({ 'X-Attempts': 1, 'X-Fallback-Used': 'false' });
    expect((await studio.observe()).account).toMatchObject({ available: 10, held: 0 });
  });
});
