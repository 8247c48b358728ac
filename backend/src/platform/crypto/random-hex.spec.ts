import { expect, test } from '@jest/globals';
import { randomHex } from './random-hex.js';

test('gives as many digits as were asked for, none of them twice, however many are asked for', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => randomHex(8 + (index % 5)));

  expect(names.every((name, index) => name.length === 2 * (8 + (index % 5)) && /^[\da-f]+$/.test(name))).toBe(true);
  expect(new Set(names.map((name) => name.slice(0, 16))).size).toBe(names.length);
  expect(randomHex(0)).toBe('');
});

test('gives every byte as often as the others', () => {
  const counts = new Map<string, number>();
  for (const byte of randomHex(4_096).match(/../g) ?? []) counts.set(byte, (counts.get(byte) ?? 0) + 1);

  // Sixteen of each on average; that one of them comes fifty times has a chance of less than one in a billion.
  expect(counts.size).toBeGreaterThan(250);
  expect(Math.max(...counts.values())).toBeLessThan(50);
});

test('gives no more than a block', () => {
  expect(() => randomHex(4_097)).toThrow(RangeError);
});
