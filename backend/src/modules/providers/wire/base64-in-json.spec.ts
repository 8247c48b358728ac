import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutOut, decodeInPlace, openJson } from './base64-in-json.js';

const decodeText = (text: string): Buffer | undefined => {
  const body = Buffer.from(`"${text}"`, 'latin1');
  return decodeInPlace(body, { start: 1, end: body.length - 1 });
};

describe('cutOut', () => {
  it('leaves JSON that says the same, but for the long strings', () => {
    fc.assert(
      fc.property(
        fc.base64String(),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(undefined, 1, '\t'),
        (long, other, space) => {
          const said = { note: other, data: [{ b64_json: long }, { b64_json: 'AAAA' }], last: other };
          const body = Buffer.from(JSON.stringify(said, null, space));
          const { json, cuts } = cutOut(body, 'b64_json');
          expect(JSON.parse(json)).toEqual({ ...said, data: [{ b64_json: '#0' }, { b64_json: '#1' }] });
          expect(cuts.map(({ start, end }) => body.toString('latin1', start, end))).toEqual([long, 'AAAA']);
        },
      ),
    );
  });

  it.each([
    ['no such member', '{"data":[]}'],
    ['escapes in it', '{"b64_json":"iVBO\\/w0K"}'],
    ['no end', '{"b64_json":"iVBO'],
    ['another type', '{"b64_json":null}'],
    ['the same word as a value', '{"message":"b64_json","b64":"x"}'],
    ['the same word in a text', '{"message":"\\"b64_json\\": \\"x\\""}'],
    ['nothing', ''],
  ])('cuts nothing out of a text with %s', (_, json) => {
    expect(cutOut(Buffer.from(json), 'b64_json')).toEqual({ json, cuts: [] });
  });
});

describe('openJson', () => {
  const open = (json: string) => openJson(Buffer.from(json), 'data');

  it('decodes the string that was meant, whether it was cut out or left in its place', () => {
    const opened = open('{"first":{"data":"QUFB"},"second":{"data":"QkJC"},"third":{"data":"Q0ND\\u0000"}}');
    expect(opened?.value).toMatchObject({ first: { data: '#0' }, second: { data: '#1' } });
    expect(['#1', '#0', 'Q0ND'].map((text) => opened?.decode(text)?.toString())).toEqual(['BBB', 'AAA', 'CCC']);
    for (const text of ['#2', '#', '#x', '', 'Q0N']) expect(opened?.decode(text)).toBeUndefined();
  });

  it('does not open what is no JSON', () => {
    for (const text of ['', '<html>', '{"data":"QUFB"', '{"data":"QUFB"}}']) expect(open(text)).toBeUndefined();
  });
});

describe('decodeInPlace', () => {
  it('gives back what was encoded, whatever its length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 1_000 }),
        fc.constantFrom(0, 49_152, 98_304),
        (bytes, before) => {
          const content = Buffer.concat([Buffer.alloc(before, 7), bytes]);
          expect(decodeText(content.toString('base64'))?.equals(content)).toBe(true);
        },
      ),
    );
  });

  const long = Buffer.alloc(200_000, 'content').toString('base64');

  it.each([
    ['nothing', ''],
    ['a missing character', long.slice(0, -1)],
    ['missing padding', 'QQ'],
    ['one character too much', `${long}A`],
    ['blanks', `${long.slice(0, 100)}    ${long.slice(104)}`],
    ['a foreign character at its end', `${long.slice(0, -1)}!`],
    ['a foreign character in the first piece', `A!${long.slice(2)}`],
    ['a foreign character in a later piece', `${long.slice(0, 140_000)}é${long.slice(140_001)}`],
    ['padding in the middle', `${long.slice(0, 400)}QQ==${long.slice(404)}`],
    ['padding alone', '===='],
    ['padding between pieces', `${long.slice(0, 65_532)}QQ==${long.slice(65_536)}`],
  ])('refuses %s', (_, text) => {
    expect(decodeText(text)).toBeUndefined();
  });
});
