import { describe, expect, it } from '@jest/globals';
import { type ProviderWish, chooseProvider } from './choose-provider.js';
import { describeProviders } from './described-provider.js';
import type { ImageProvider } from './image-provider.js';
import { fakeProvider } from './testing/fake-provider.js';

const WISH: ProviderWish = { requested: 'auto', tier: 'standard', aspectRatio: '1:1', count: 1 };

const mock = fakeProvider({ key: 'mock' });

function choose(
  wish: Partial<ProviderWish>,
  providers: readonly ImageProvider[],
  enabled?: readonly string[],
  resting: Record<string, number> = {},
): string {
  const enabledKeys = new Set(enabled ?? providers.map(({ key }) => key));
  return chooseProvider(
    { ...WISH, ...wish },
    describeProviders(providers, new Map()),
    enabledKeys,
    new Map(Object.entries(resting)),
  ).key;
}

describe('chooseProvider with auto', () => {
  it('takes the first that is enabled and ready', () => {
    const providers = [
      fakeProvider({ key: 'a', status: 'not_configured' }),
      fakeProvider({ key: 'b' }),
      fakeProvider({ key: 'c' }),
    ];
    expect(choose({}, providers)).toBe('b');
    expect(choose({}, providers, ['a', 'c'])).toBe('c');
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

  it('takes the mock only when nothing else will do, wherever it is registered', () => {
    expect(choose({}, [mock, fakeProvider({ key: 'a' })])).toBe('a');
    expect(choose({}, [mock, fakeProvider({ key: 'a', status: 'unavailable' })])).toBe('mock');
    expect(choose({ count: 4 }, [mock, fakeProvider({ key: 'a', maxCount: 1 })])).toBe('mock');
  });

  it('says when to come back if none is ready', () => {
    expect(() => choose({}, [mock], [])).toThrow(
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
    expect(choose({}, providers, undefined, { a: 12_000 })).toBe('b');
    expect(() => choose({}, providers, undefined, { a: 12_000, b: 9_000 })).toThrow(
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
    expect(() => choose({ requested: 'mock' }, [mock], [])).toThrow(disabled);
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
    expect(() => choose({ requested: 'a' }, [fakeProvider({ key: 'a' }), mock], undefined, { a: 12_000 })).toThrow(
      expect.objectContaining({ code: 'provider.none_available', kind: 'unavailable', retryAfterMs: 12_000 }),
    );
    const bare = fakeProvider({ key: 'a', status: 'not_configured' });
    expect(() => choose({ requested: 'a' }, [bare], undefined, { a: 12_000 })).toThrow(
      expect.objectContaining({ code: 'studio.provider_disabled' }),
    );
  });

  it('does not swap one that is down for another', () => {
    expect(() => choose({ requested: 'a' }, [fakeProvider({ key: 'a', status: 'unavailable' }), mock])).toThrow(
      expect.objectContaining({ code: 'provider.none_available', kind: 'unavailable' }),
    );
  });
});
