import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SecretKeys } from '../../platform/crypto/index.js';
import { Configuration, readVariables } from '../../platform/config/index.js';
import { Clock } from '../../platform/time/index.js';
import { newImageKey } from './image-keys.js';
import { SignedLinks } from './signed-links.js';

class SettableClock extends Clock {
  ms = Date.UTC(2026, 10, 23, 12, 0, 1);
  override now(): number {
    return this.ms;
  }
}

function linksWith(secret: string, clock: Clock): SignedLinks {
  return new SignedLinks(new SecretKeys(new Configuration(readVariables({}), secret)), clock);
}

function follow(link: string): { key: string; query: Record<string, string> } {
  const url = new URL(link, 'http://localhost');
  return { key: url.pathname.slice(1), query: Object.fromEntries(url.searchParams) };
}

const SECRET = 'a master key of more than 32 bytes, for tests';
const KEY = 'static/generated/2026/11/23/user-7-0123456789ab.png';

describe('SignedLinks', () => {
  let clock: SettableClock;
  let links: SignedLinks;
  beforeEach(() => {
    clock = new SettableClock();
    links = linksWith(SECRET, clock);
  });

  test('opens each variant with its own link', () => {
    const { original, thumbnails } = links.linksOf(KEY);

    for (const [link, variant] of [
      [original, 'original'],
      [thumbnails[256], 256],
      [thumbnails[512], 512],
    ] as const) {
      const { key, query } = follow(link);
      expect(links.verify(key, query)).toMatchObject({ key: KEY, variant });
    }
  });

  test('keeps the same URL for at most 5 minutes, and never gives one that is good for less than 2.5', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2200, 0) }), (ms) => {
        clock.ms = ms;
        const { key, query } = follow(links.linksOf(KEY).original);
        const { expiresInS } = links.verify(key, query);
        expect(expiresInS).toBeGreaterThanOrEqual(150);
        expect(expiresInS).toBeLessThanOrEqual(300);
      }),
    );
    clock.ms = Date.UTC(2026, 10, 23, 12, 0, 1);
    const before = links.linksOf(KEY);
    clock.ms += 149_000;
    expect(links.linksOf(KEY)).toEqual(before);
    clock.ms += 1_000;
    expect(links.linksOf(KEY)).not.toEqual(before);
  });

  test('stops opening at the expiry', () => {
    const { key, query } = follow(links.linksOf(KEY).original);
    clock.ms = Number(query['expires']) * 1_000 - 1;
    expect(() => links.verify(key, query)).not.toThrow();
    clock.ms += 1;
    expect(() => links.verify(key, query)).toThrow(expect.objectContaining({ code: 'storage.link_expired' }));
  });

  test('refuses a link with anything changed in it', () => {
    const { key, query } = follow(links.linksOf(KEY).original);
    const thumbnail = follow(links.linksOf(KEY).thumbnails[256]).query;
    const signature = query['signature'] ?? '';
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

    const changed: readonly (readonly [string, Record<string, unknown>])[] = [
      [key.replace('user-7', 'user-8'), query],
      [key.replace('0123', '0124'), query],
      [key.replace('/23/', '/22/'), query],
      [key.replace('.png', '.jpg'), query],
      [key.replace('.png', '-256.webp'), query],
      [key, { ...query, expires: String(Number(query['expires']) + 150) }],
      [key, { ...query, expires: `0${query['expires']}` }],
      [key, { ...query, expires: `${query['expires']}.0` }],
      [key, { ...query, signature: flipped }],
      [key, { ...query, signature: signature.slice(1) }],
      [key, { ...query, signature: `${signature}=` }],
      [key, { ...query, signature: [signature, signature] }],
      [key, { ...query, signature: '' }],
      [key, { ...query, size: '256' }],
      [key, { ...thumbnail, size: '512' }],
      [key, { expires: thumbnail['expires'], signature: thumbnail['signature'] }],
      [key, { ...thumbnail, size: ['256', '256'] }],
      [key, { ...thumbnail, size: '1024' }],
      [key, { signature }],
      [key, { expires: query['expires'] }],
      [key, {}],
    ];
    for (const [changedKey, changedQuery] of changed) {
      expect(() => links.verify(changedKey, changedQuery)).toThrow(
        expect.objectContaining({ code: 'storage.link_invalid' }),
      );
    }
  });

  test('refuses a link that another master key signed', () => {
    const { key, query } = follow(linksWith('another master key of more than 32 bytes', clock).linksOf(KEY).original);

    expect(() => links.verify(key, query)).toThrow(expect.objectContaining({ code: 'storage.link_invalid' }));
  });

  test('does not open what no image can be called, even with a signature', () => {
    for (const key of [
      'secret.key',
      'static/generated/2026/11/23/../../../../../secret.key',
      `${KEY}\0.png`,
      `/${KEY}`,
    ]) {
      const { query } = follow(links.linksOf(key).original);
      expect(() => links.verify(key, query)).toThrow(expect.objectContaining({ code: 'storage.link_invalid' }));
    }
  });

  test('never gives two images the same signature', () => {
    const signatures = new Set<string | undefined>();
    for (let index = 0; index < 5_000; index += 1) {
      signatures.add(follow(links.linksOf(newImageKey(1 + (index % 3), clock.ms, 'png')).original).query['signature']);
    }
    expect(signatures.size).toBe(5_000);
  });
});
