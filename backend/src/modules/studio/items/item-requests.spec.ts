import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type AcceptanceListener, type ImageRequest, NO_SETUP, type ProviderImage } from '../../providers/index.js';
import { ScriptedProvider } from '../testing/scripted-provider.js';
import type { ItemWork } from './item-maker.js';
import { ItemRequests } from './item-requests.js';

const REQUEST: ImageRequest = {
  prompt: 'a harbour',
  tier: 'premium4',
  aspectRatio: '1:1',
  seed: null,
  endUserHash: 'somebody',
};

/** Accepts what it is asked for under the handle `new`, and knows nothing of earlier work. */
class ForgetfulProvider extends ScriptedProvider {
  constructor() {
    super([async () => Buffer.from('image')]);
  }

  resume(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override async generate(
    request: unknown,
    setup: unknown,
    signal: AbortSignal,
    accepted?: AcceptanceListener,
  ): Promise<ProviderImage> {
    await accepted?.('new');
    return super.generate(request, setup, signal);
  }
}

describe('What a vendor has accepted', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  function open(accepted: () => Promise<boolean>) {
    const recorded = jest.fn((_item: unknown, _callId: string, _handle: string | null) => accepted());
    const of = jest.fn<(provider: string, handle: string) => void>();
    const item = { id: 'one', generationId: 'all', userId: 7, provider: 'mock', fence: 2, attempt: 2, maxAttempts: 3 };
    const work: ItemWork = { item, signal: new AbortController().signal };
    const requests = new ItemRequests({ accepted: recorded }, { of });
    const make = () =>
      requests.make(new ForgetfulProvider(), work, { id: 'call', setup: NO_SETUP, handle: 'old' }, REQUEST);
    return { recorded, of, item, work, make };
  }

  test('is put on record in place of what is gone, and not called off', async () => {
    const { recorded, of, item, work, make } = open(async () => true);

    expect((await make()).bytes.toString()).toBe('image');

    expect(recorded.mock.calls).toEqual([
      [item, 'call', null],
      [item, 'call', 'new'],
    ]);
    expect(work.handle).toBe('new');
    expect(of).not.toHaveBeenCalled();
  });

  test('is called off when the item is lost, and nothing but that', async () => {
    const { of, make } = open(async () => false);

    await make();

    expect(of.mock.calls).toEqual([['mock', 'new']]);
  });

  test('is delivered also where it can not be put on record, which is logged', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const failure = new Error('no database');
    const { of, make } = open(() => Promise.reject(failure));

    expect((await make()).bytes.toString()).toBe('image');

    expect(warn.mock.calls.map(([facts]) => facts)).toEqual([
      { err: failure, itemId: 'one' },
      { err: failure, itemId: 'one' },
    ]);
    expect(of).not.toHaveBeenCalled();
  });
});
