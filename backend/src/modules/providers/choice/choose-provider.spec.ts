import { describe, expect, it } from '@jest/globals';
import { type Availability, type ProviderWish, chooseFallback, chooseProvider } from './choose-provider.js';
import { describeProviders } from './described-provider.js';
import type { ImageProvider } from '../image-provider.js';
import { fakeProvider } from '../testing/fake-provider.js';

const WISH: ProviderWish = { requested: 'auto', tier: 'standard', aspectRatio: '1:1', count: 1 };

const mock = fakeProvider({ key: 'mock' });

interface Given {
  readonly enabled?: readonly string[];
  readonly resting?: Record<string, number>;
  readonly inTrouble?: readonly string[];
}

const availability = (
  providers: readonly ImageProvider[],
  { enabled, resting = {}, inTrouble = [] }: Given = {},
): Availability => ({
  providers: describeProviders(providers, new Map()),
  enabledKeys: new Set(enabled ?? providers.map(({ key }) => key)),
  resting: new Map(Object.entries(resting)),
  inTrouble: new Set(inTrouble),
});

const choose = (wish: Partial<ProviderWish>, providers: readonly ImageProvider[], given?: Given): string =>
  chooseProvider({ ...WISH, ...wish }, availability(providers, given)).key;

describe('chooseProvider with auto', () => {
  it('takes the first that is enabled and ready', () => {
    const providers = [
      fakeProvider({ key: 'a', status: 'not_configured' }),
      fakeProvider({ key: 'b' }),
      fakeProvider({ key: 'c' }),
    ];
    expect(choose({}, providers)).toBe('b');
    expect(choose({}, providers, { enabled: ['a', 'c'] })).toBe('c');
  });

  it('puts up with a slow one, but not with one that is down', () => {
    const providers = [fakeProvider({ key: 'a', status: 'unavailable' }), fakeProvider({ key: 'b', status: 'slow' })];
    expect(choose({}, providers)).toBe('b');
  });

  it.each([
    ['tier', { tiers: ['standard'] }, { tier: 'premium4' }],
    ['aspect ratio', { aspectRatios: ['1:1'] }, { aspectRatio: '16:9' }],
    ['count', { maxCount: 1 }, { count: 2 }],
  ] as const)('passes over those that can not do the %s', (_, able, wish) => {
    expect(choose(wish, [fakeProvider({ key: 'a', ...able }), fakeProvider({ key: 'b' })])).toBe('b');
  });

  it('takes the mock only while no vendor is set up and switched on, wherever it is registered', () => {
    const vendor = fakeProvider({ key: 'a' });
    expect(choose({}, [mock, vendor])).toBe('a');
    expect(choose({}, [mock, fakeProvider({ key: 'a', status: 'not_configured' })])).toBe('mock');
    expect(choose({}, [mock, vendor], { enabled: ['mock'] })).toBe('mock');
    // A placeholder is not what somebody wants whose vendor is down, or can't do it.
    const none = expect.objectContaining({ code: 'provider.none_available' });
    expect(() => choose({}, [mock, fakeProvider({ key: 'a', status: 'unavailable' })])).toThrow(none);
    expect(() => choose({}, [mock, vendor], { resting: { a: 1 } })).toThrow(none);
    expect(() => choose({ count: 4 }, [mock, fakeProvider({ key: 'a', maxCount: 1 })])).toThrow(
      expect.objectContaining({ code: 'studio.provider_incapable' }),
    );
  });

  it('would rather not take one whose vendor has just refused our account', () => {
    const providers = [fakeProvider({ key: 'a' }), fakeProvider({ key: 'b' }), mock];
    expect(choose({}, providers, { inTrouble: ['a'] })).toBe('b');
    expect(choose({}, providers, { inTrouble: ['a', 'b'] })).toBe('a');
    expect(choose({}, providers, { inTrouble: ['a'], resting: { b: 1 } })).toBe('a');
  });

  it('waits for one that could do it, however many are ready that could not', () => {
    const providers = [fakeProvider({ key: 'a', tiers: ['standard'] }), fakeProvider({ key: 'b' })];
    expect(() => choose({ tier: 'premium4' }, providers, { resting: { b: 9_000 } })).toThrow(
      expect.objectContaining({ code: 'provider.none_available', retryAfterMs: 9_000 }),
    );
  });

  it('says when to come back if none is ready', () => {
    expect(() => choose({}, [mock], { enabled: [] })).toThrow(
      expect.objectContaining({
        code: 'provider.none_available',
        kind: 'unavailable',
        retryAfterMs: 30_000,
        retryable: true,
      }),
    );
  });

  it('passes over one that is left alone, and says when the first may be tried again', () => {
    const providers = [fakeProvider({ key: 'a' }), fakeProvider({ key: 'b' })];
    expect(choose({}, providers, { resting: { a: 12_000 } })).toBe('b');
    expect(() => choose({}, providers, { resting: { a: 12_000, b: 9_000 } })).toThrow(
      expect.objectContaining({ code: 'provider.none_available', retryAfterMs: 9_000 }),
    );
  });

  it('says that waiting is no use if those that are ready can not do it', () => {
    expect(() => choose({ count: 2 }, [fakeProvider({ key: 'a', maxCount: 1 })])).toThrow(
      expect.objectContaining({ code: 'studio.provider_incapable', kind: 'invalid' }),
    );
  });
});

describe('chooseProvider with a name', () => {
  it('takes that one and no other', () => {
    expect(choose({ requested: 'mock' }, [fakeProvider({ key: 'a' }), mock])).toBe('mock');
  });

  it('does not know it', () => {
    expect(() => choose({ requested: 'nobody' }, [mock])).toThrow(
      expect.objectContaining({ code: 'studio.provider_unknown', kind: 'invalid' }),
    );
  });

  it('finds it switched off, or never set up', () => {
    const disabled = expect.objectContaining({ code: 'studio.provider_disabled', kind: 'invalid' });
    expect(() => choose({ requested: 'mock' }, [mock], { enabled: [] })).toThrow(disabled);
    const bare = fakeProvider({ key: 'a', status: 'not_configured' });
    expect(() => choose({ requested: 'a' }, [bare, mock])).toThrow(disabled);
  });

  it('finds it unable, and names the field of the request', () => {
    const modest = fakeProvider({ key: 'a', tiers: ['standard'], maxCount: 1 });
    expect(() => choose({ requested: 'a', tier: 'premium2' }, [modest])).toThrow(
      expect.objectContaining({
        code: 'studio.provider_incapable',
        errors: [expect.objectContaining({ path: 'tier' })],
      }),
    );
    expect(() => choose({ requested: 'a', count: 2 }, [modest])).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ path: 'count' })] }),
    );
  });

  it('finds it left alone, and says for how long', () => {
    expect(() => choose({ requested: 'a' }, [fakeProvider({ key: 'a' }), mock], { resting: { a: 12_000 } })).toThrow(
      expect.objectContaining({ code: 'provider.none_available', kind: 'unavailable', retryAfterMs: 12_000 }),
    );
    const bare = fakeProvider({ key: 'a', status: 'not_configured' });
    expect(() => choose({ requested: 'a' }, [bare], { resting: { a: 12_000 } })).toThrow(
      expect.objectContaining({ code: 'studio.provider_disabled' }),
    );
  });

  it('does not swap one that is down for another', () => {
    expect(() => choose({ requested: 'a' }, [fakeProvider({ key: 'a', status: 'unavailable' }), mock])).toThrow(
      expect.objectContaining({ code: 'provider.none_available', kind: 'unavailable' }),
    );
  });
});

describe('chooseFallback', () => {
  const next = (tried: readonly string[], providers: readonly ImageProvider[], given?: Given): string | undefined =>
    chooseFallback(WISH, availability(providers, given), new Set(tried))?.key;
  const [a, b, c] = ['a', 'b', 'c'].map((key) => fakeProvider({ key })) as [
    ImageProvider,
    ImageProvider,
    ImageProvider,
  ];

  it('takes the next that is ready and has not been tried', () => {
    expect(next(['a'], [a, b, c])).toBe('b');
    expect(next(['b'], [a, b, c])).toBe('a');
    expect(next(['a', 'b'], [a, b, c])).toBe('c');
    expect(next(['a'], [a, b, c], { resting: { b: 1 } })).toBe('c');
    expect(next(['a'], [a, b, c], { enabled: ['a', 'c'] })).toBe('c');
    expect(next(['a'], [a, fakeProvider({ key: 'b', aspectRatios: ['16:9'] }), c])).toBe('c');
    expect(next(['a'], [a, b, c], { inTrouble: ['b'] })).toBe('c');
  });

  it('is nobody when all have been tried, and never the mock', () => {
    expect(next(['a', 'b', 'c'], [a, b, c, mock])).toBeUndefined();
    expect(next(['a'], [a, mock])).toBeUndefined();
    // Also when the vendor has been switched off meanwhile.
    expect(next(['a'], [a, mock], { enabled: ['mock'] })).toBeUndefined();
  });
});
