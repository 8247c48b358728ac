import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';

/**
 * Whether two values say the same. Which prototypes they have says nothing: SQLite's rows come in arrays of the realm that
 * loaded the driver first, and each file of tests has one of its own.
 */
export const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other, { skipPrototype: true });

/** Jest's own comparison is slow, but says what differs. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isSame(actual, expected)) expect(actual).toEqual(expected);
}
