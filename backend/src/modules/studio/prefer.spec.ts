import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_WAIT_MS, readPrefer } from './prefer.js';

/** What the header may hold besides: RFC 7240 wants it ignored. */
const other = fc.constantFrom('return=minimal', 'handling=lenient; strict', 'waiting=3', 'foo="wait=9"', '');
const space = fc.constantFrom('', ' ', '  ');

describe('readPrefer', () => {
  test.each([
    [undefined, 60_000, undefined],
    ['respond-async', 0, 'respond-async'],
    ['Respond-Async, wait=10', 0, 'respond-async'],
    ['respond-async; foo=bar', 0, 'respond-async'],
    ['wait=5', 5_000, 'wait=5'],
    ['wait = "5"; foo', 5_000, 'wait=5'],
    ['handling=lenient, wait=0', 0, 'wait=0'],
    ['wait=3600', 60_000, 'wait=60'],
    ['wait=999999', 60_000, 'wait=60'],
    ['wait=1000000', 60_000, undefined],
    ['wait=-1', 60_000, undefined],
    ['wait=1.5', 60_000, undefined],
    ['wait=5s', 60_000, undefined],
    ['wait=', 60_000, undefined],
    ['wait', 60_000, undefined],
    ['return=minimal', 60_000, undefined],
    ['', 60_000, undefined],
    [';', 60_000, undefined],
    ['=', 60_000, undefined],
  ])('%s', (header, waitMs, applied) => {
    expect(readPrefer(header)).toEqual({ waitMs, applied });
  });

  test('finds the wait wherever it stands, in whatever letters and spaces', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.array(other, { maxLength: 3 }),
        fc.array(other, { maxLength: 3 }),
        fc.tuple(space, space, fc.constantFrom('wait', 'Wait', 'WAIT'), fc.constantFrom('', '"'), space),
        (seconds, before, after, [left, right, name, quote, end]) => {
          const wish = `${left}${name}${right}=${left}${quote}${seconds}${quote}${end}`;
          const applied = Math.min(seconds, 60);
          expect(readPrefer([...before, wish, ...after].join(','))).toEqual({
            waitMs: applied * 1_000,
            applied: `wait=${applied}`,
          });
        },
      ),
    );
  });

  test('makes something of every header, and never more than the longest wait', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const { waitMs, applied } = readPrefer(header);
        expect(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= MAX_WAIT_MS).toBe(true);
        if (applied === undefined) expect(waitMs).toBe(MAX_WAIT_MS);
      }),
    );
  });
});
