import { expect, test } from '@jest/globals';
import type { AuditEntry } from '@atelier/contracts';
import { headOf, lineOf } from './audit-lines.js';

const ENTRY: AuditEntry = {
  sequence: 3,
  at: '2026-11-28T10:00:00.000Z',
  actor: { id: 7, name: '=HYPERLINK("http://evil.test")', api_key_id: 'abcdef012345', api_key_name: '@SUM(A1)' },
  action: 'credits.grant',
  target: { type: 'credit_account', id: '9', name: 'Ben' },
  before: null,
  after: { amount: -5, note: 'a, "quoted"\nline' },
  result: 'success',
  detail: '-1+1',
  address: '192.0.2.1',
  user_agent: '+curl/8.0, =1+1',
  request_id: 'r-1',
  hash: 'a'.repeat(64),
};

test('a line of CSV has a cell for every column, and none that a spreadsheet would carry out', () => {
  expect(headOf.csv.trim().split(',')).toHaveLength(18);
  expect(lineOf.csv(ENTRY)).toBe(
    `3,2026-11-28T10:00:00.000Z,7,"'=HYPERLINK(""http://evil.test"")",abcdef012345,'@SUM(A1),credits.grant,credit_account,9,Ben,,` +
      `"{""amount"":-5,""note"":""a, \\""quoted\\""\\nline""}",success,'-1+1,192.0.2.1,"'+curl/8.0, =1+1",r-1,${'a'.repeat(64)}\r\n`,
  );
});

test('nobody and nothing are empty cells', () => {
  const line = lineOf.csv({
    ...ENTRY,
    actor: null,
    target: null,
    after: null,
    detail: null,
    address: null,
    user_agent: null,
    request_id: null,
  });
  expect(line).toBe(`3,2026-11-28T10:00:00.000Z,,,,,credits.grant,,,,,,success,,,,,${'a'.repeat(64)}\r\n`);
});

test('a line of JSON is the entry', () => {
  expect(JSON.parse(lineOf.jsonl(ENTRY))).toEqual(ENTRY);
  expect(lineOf.jsonl(ENTRY).split('\n')).toHaveLength(2);
});
