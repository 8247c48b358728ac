import { describe, expect, test } from '@jest/globals';
import { readPrefer } from './prefer.js';

describe('readPrefer', () => {
  test.each([
    [undefined, 60_000, undefined],
    ['respond-async', 0, 'respond-async'],
    ['Respond-Async, wait=10', 0, 'respond-async'],
    ['wait=5', 5_000, 'wait=5'],
    ['wait = "5"; foo', 5_000, 'wait=5'],
    ['handling=lenient, wait=0', 0, 'wait=0'],
    ['wait=3600', 60_000, 'wait=60'],
    ['wait=-1', 60_000, undefined],
    ['wait=1.5', 60_000, undefined],
    ['wait=', 60_000, undefined],
    ['return=minimal', 60_000, undefined],
  ])('%s', (header, waitMs, applied) => {
    expect(readPrefer(header)).toEqual({ waitMs, applied });
  });
});
