import { describe, expect, test } from '@jest/globals';
import { Uuid } from '@atelier/contracts';
import { newId } from './ids.js';

describe('newId', () => {
  test('makes well-formed version 7 UUIDs that sort in the order they were made', () => {
    const ids = Array.from({ length: 10_000 }, () => newId(1_700_000_000_000));

    expect(ids.every((id) => Uuid.safeParse(id).success && id[14] === '7' && /[89ab]/.test(id[19] ?? ''))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('keeps the order when the clock goes back', () => {
    const later = newId(1_900_000_000_000);
    const earlier = newId(1_800_000_000_000);

    expect(earlier > later).toBe(true);
  });
});
