import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NO_SETUP, ProviderError, ProviderRegistry, type ProviderSetup } from '../../providers/index.js';
import { ScriptedProvider } from '../testing/scripted-provider.js';
import { CallOffs } from './call-offs.js';

const SETUP: ProviderSetup = { connection: undefined, tiers: {}, tokenPrices: {} };

/** Can be told that nobody wants its work any more. */
class ListeningProvider extends ScriptedProvider {
  constructor(
    key: string,
    private readonly listen: (handle: string, setup: ProviderSetup, signal: AbortSignal) => Promise<void>,
  ) {
    super([], key);
  }

  callOff(handle: string, setup: ProviderSetup, signal: AbortSignal): Promise<void> {
    return this.listen(handle, setup, signal);
  }
}

describe('Work that nobody wants any more', () => {
  const warn = jest.fn<(message: unknown) => void>();

  beforeEach(() => {
    warn.mockClear();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(warn);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function open(
    listen: (handle: string, setup: ProviderSetup, signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
  ) {
    const told = jest.fn(listen);
    const asked: (readonly string[])[] = [];
    const read = jest.fn(async () => new Map([['known', SETUP]]));
    const works = [
      ['known', 'job-1'],
      ['new', 'job-2'],
    ] as const;
    const listUnheard = async (itemIds: readonly string[]) => {
      asked.push(itemIds);
      return works.map(([provider, handle]) => ({ provider, handle, startedAt: 1 }));
    };
    const providers = [
      new ListeningProvider('known', told),
      new ListeningProvider('new', told),
      new ScriptedProvider([], 'deaf'),
    ];
    return { told, asked, read, callOffs: new CallOffs({ listUnheard }, new ProviderRegistry(providers), { read }) };
  }

  test('is called off at each of its vendors, reached as it is set up', async () => {
    const { told, asked, callOffs } = open();

    callOffs.ofItems(['one', 'two']);
    await callOffs.settled();

    expect(asked).toEqual([['one', 'two']]);
    expect(told.mock.calls).toEqual([
      ['job-1', SETUP, expect.any(AbortSignal)],
      ['job-2', NO_SETUP, expect.any(AbortSignal)],
    ]);
    expect(warn).not.toHaveBeenCalled();
  });

  test('stays where nobody can be told, and nothing is asked for it', async () => {
    const { told, read, callOffs } = open();

    for (const provider of ['deaf', 'removed']) callOffs.of(provider, 'job-3');
    await callOffs.settled();

    expect(told).not.toHaveBeenCalled();
    expect(read).not.toHaveBeenCalled();
    expect(warn).not.toHaveBeenCalled();
  });

  test('is no trouble to anybody where its vendor does not listen, and that is logged', async () => {
    const failure = new ProviderError('provider_unavailable');
    const { callOffs } = open(() => Promise.reject(failure));

    callOffs.of('known', 'job-1');
    await callOffs.settled();

    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toEqual({ err: failure });
  });

  test('is called off before the process stops', async () => {
    const answer = Promise.withResolvers<void>();
    const { callOffs } = open(() => answer.promise);
    callOffs.of('known', 'job-1');
    let hasStopped = false;

    const stopping = callOffs.beforeApplicationShutdown().then(() => (hasStopped = true));
    await new Promise(setImmediate);
    expect(hasStopped).toBe(false);
    answer.resolve();
    await stopping;
  });
});
