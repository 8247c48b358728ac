import fc from 'fast-check';
import type { Json } from './schema-values.js';

const nested = (depth: number): Json => (depth === 0 ? [] : [nested(depth - 1)]);

/** An object with own keys of these names, also where a literal would set the prototype. */
const ownKeys = (...names: string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { role: 'admin', isAdmin: true }]));

export const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\ufeffx',
  '\u202Etxet',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦'.repeat(20),
  'ﷺ'.repeat(300),
  'x'.repeat(9_000),
  "'; DROP TABLE user; --",
  '${7*7}{{7*7}}',
  '../../../../etc/passwd',
  '%00%0d%0aX-Injected: 1',
  '\r\nX-Injected: 1',
  '<script>alert(1)</script>',
  'true',
  'null',
  'NaN',
  '1e309',
  '-0',
  '0x10',
  '１２',
  '9007199254740993',
  '18446744073709551616',
  '2026-02-30T25:61:61Z',
  '[object Object]',
  'constructor',
  '__proto__',
] as const;

export const ODD_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'role',
  'user_id',
  'userId',
  'id',
  '$where',
  'a.b',
  'a[b]',
  'k'.repeat(3_000),
  '\u0000',
] as const;

/** Values that hardly any field takes. */
export const hostileValues: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    0.1,
    -0.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    2 ** 63,
    [],
    {},
    nested(60),
    Array.from({ length: 2_000 }, () => 0),
    ownKeys('__proto__'),
    ownKeys('constructor', 'prototype'),
  ),
  fc.constantFrom<Json>(...ODD_TEXTS),
  fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json),
);

/** The values with something in them that does not belong there. */
export function spoiled(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(values, fc.constantFrom(...SPOILERS), fc.nat(), fc.constantFrom<string>(...ODD_KEYS), hostileValues)
    .map(([value, spoil, index, oddKey, hostile]) => {
      const keys = isObject(value) ? Object.keys(value) : [];
      const key = keys[index % Math.max(1, keys.length)];
      if (!isObject(value) || key === undefined) return spoil === 'list' ? [value] : hostile;
      return SPOILED[spoil](value, { key, oddKey, hostile });
    });
}

interface Spoiling {
  /** One of the value's own. */
  readonly key: string;
  readonly oddKey: string;
  readonly hostile: Json;
}

const SPOILED = {
  replace: (value, { key, hostile }) => withKey(value, key, hostile),
  extend: (value, { oddKey, hostile }) => withKey(value, oddKey, hostile),
  wrap: (value, { key }) => withKey(value, key, [value[key] ?? null]),
  remove: (value, { key }) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)),
  list: (value) => [value],
  exchange: (_, { hostile }) => hostile,
} satisfies Record<string, (value: { [key: string]: Json }, spoiling: Spoiling) => Json>;

/** What hits a field happens more often than what hits the whole. */
const SPOILERS = ['replace', 'replace', 'replace', 'extend', 'extend', 'wrap', 'remove', 'list', 'exchange'] as const;

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Unlike an assignment, this makes `__proto__` an own key. */
function withKey(value: { [key: string]: Json }, key: string, added: Json): Json {
  return Object.fromEntries([...Object.entries(value), [key, added]]);
}

/** Bodies that are no JSON, or say things that JSON parsers disagree on. */
export function brokenTexts(text: string): fc.Arbitrary<string> {
  return fc.oneof(
    fc.nat({ max: Math.max(0, text.length - 1) }).map((length) => text.slice(0, length)),
    fc.constantFrom(
      '',
      ' ',
      'null',
      '"text"',
      '0',
      '[]',
      '{',
      '{"a":1e999}',
      '{"a":NaN}',
      "{'a':1}",
      '{"__proto__":{"role":"admin"},"a":1}',
      `\ufeff${text}`,
      `${text}${text}`,
      text.replace(/^\{/, '{"prompt":1,"prompt":2,'),
      '['.repeat(20_000),
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      `{"a":"${'x'.repeat(300_000)}"}`,
      '\u0000\u0001\u0002',
    ),
  );
}
