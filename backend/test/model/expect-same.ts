import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';

/** Jest's own comparison is slow, but says what differs. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
