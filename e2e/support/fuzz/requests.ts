import fc from 'fast-check';
import type { DocumentedMethod } from '../api-document.js';
import { brokenTexts, ODD_KEYS, ODD_TEXTS, spoiled } from './hostile.js';
import { type Json, type ValueSchema, type ValueSource, valuesOf } from './schema-values.js';

export interface FuzzParameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema?: ValueSchema;
}

/** An operation as far as requests are made of it. */
export interface FuzzOperation {
  readonly method: DocumentedMethod;
  /** With `{…}` for its parameters. */
  readonly path: string;
  readonly parameters: readonly FuzzParameter[];
  /** Undefined: it takes no body. */
  readonly body: ValueSchema | undefined;
}

export interface FuzzRequest {
  readonly method: string;
  /** With the query, exactly as it is sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether the path is surely one of the operation's: what is answered to it then has to be what the document says. */
  readonly isOnPath: boolean;
}

interface Part<Value> {
  readonly value: Value;
  readonly isOnPath: boolean;
}

/** Requests of an operation: most parts as the document says, some spoiled. */
export function requestsOf(operation: FuzzOperation, source: ValueSource): fc.Arbitrary<FuzzRequest> {
  const parts = fc.tuple(
    fc.oneof(
      { arbitrary: paths(operation, source), weight: 12 },
      { arbitrary: spoiledPaths(operation), weight: operation.path.includes('{') ? 1 : 0 },
    ),
    fc.oneof(
      { arbitrary: queries(operation, source), weight: 4 },
      { arbitrary: spoiledQueries(operation, source), weight: 1 },
    ),
    fc.oneof({ arbitrary: headersOf(operation, source), weight: 5 }, { arbitrary: spoiledHeaders, weight: 1 }),
    operation.body
      ? fc.oneof(
          { arbitrary: bodies(operation.body, source), weight: 3 },
          { arbitrary: spoiledBodies(operation.body, source), weight: 2 },
        )
      : fc.oneof({ arbitrary: NO_BODY, weight: 12 }, { arbitrary: UNEXPECTED_BODY, weight: 1 }),
  );
  return parts.map(([path, query, headers, body]) => ({
    method: operation.method.toUpperCase(),
    path: `${path.value}${query === '' ? '' : '?'}${query}`,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body,
    isOnPath: path.isOnPath,
  }));
}

const RAW_SEGMENTS = ['', '..', '.', '%', '%00', '%ff', '%2e%2e%2f', '%2F', ';a=b', '*', '{id}', '%F0%9F', '\\', '//'];

const ODD_SEGMENTS = fc.oneof(fc.constantFrom(...RAW_SEGMENTS), fc.constantFrom(...ODD_TEXTS).map(inUrl));

const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

function fill(path: string, values: readonly string[]): string {
  const left = [...values];
  return path.replace(/\{\w+\}/g, () => left.shift() ?? '');
}

function paths({ path, parameters }: FuzzOperation, source: ValueSource): fc.Arbitrary<Part<string>> {
  const schemaOf = (name: string): ValueSchema =>
    parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)?.schema ?? { type: 'string' };
  return fc.tuple(...namesIn(path).map((name) => valuesOf(schemaOf(name), source, name).map(asText))).map((values) => ({
    value: fill(path, values.map(inUrl)),
    isOnPath: values.every((value) => value !== '' && value !== '.' && value !== '..'),
  }));
}

function spoiledPaths({ path }: FuzzOperation): fc.Arbitrary<Part<string>> {
  return fc
    .tuple(...namesIn(path).map(() => ODD_SEGMENTS))
    .map((values) => ({ value: fill(path, values), isOnPath: false }));
}

const inQuery = ({ parameters }: FuzzOperation): FuzzParameter[] =>
  parameters.filter((parameter) => parameter.in === 'query');

function pairs(operation: FuzzOperation, source: ValueSource): fc.Arbitrary<string[]> {
  const own = inQuery(operation).map(({ name, schema = {}, required = false }) => {
    const pair = valuesOf(schema, source, name).map((value) => `${name}=${inUrl(asText(value))}`);
    return fc.option(pair, { nil: undefined, freq: required ? 10 : 1 });
  });
  return fc.tuple(...own).map((values) => values.filter((value) => value !== undefined));
}

const queries = (operation: FuzzOperation, source: ValueSource): fc.Arbitrary<string> =>
  pairs(operation, source).map((values) => values.join('&'));

function spoiledQueries(operation: FuzzOperation, source: ValueSource): fc.Arbitrary<string> {
  const names = [...inQuery(operation).map(({ name }) => name), 'limit', 'cursor', 'access_token'];
  const odd = fc
    .tuple(
      fc.constantFrom(...names, ...ODD_KEYS.map(inUrl)),
      fc.constantFrom('=', '[]=', '[a]=', '[__proto__]=', '.a=', ''),
      fc.oneof(fc.constantFrom(...ODD_TEXTS).map(inUrl), fc.constantFrom('%', '%ff', '%C0%80', '+', '1', '-1', '1.5')),
    )
    .map((parts) => parts.join(''));
  return fc
    .tuple(pairs(operation, source), fc.boolean(), fc.array(odd, { maxLength: 3 }))
    .map(([own, isDoubled, others]) => [...own, ...(isDoubled ? own : []), ...others].join('&'));
}

/** Headers in which something may be read that is not what it seems. */
const ODD_HEADERS: readonly (readonly [string, string])[] = [
  ['prefer', 'respond-async, wait=5'],
  ['prefer', 'wait=-1'],
  ['prefer', 'wait=99999999999999999999'],
  ['prefer', ';;;=,,"'],
  ['idempotency-key', ''],
  ['idempotency-key', 'k'.repeat(300)],
  ['idempotency-key', 'schl\u00fcssel'],
  ['idempotency-key', 'one'],
  ['last-event-id', '-1'],
  ['last-event-id', '99999999999999999999'],
  ['last-event-id', '1; DROP TABLE event'],
  ['accept', 'text/html'],
  ['accept', ';q=,*'],
  ['accept-encoding', 'br;q=9, zip, *;q=-1'],
  ['accept-language', '\u00ff'],
  ['range', 'bytes=9-1,-,0-'],
  ['range', 'bytes=-99999999999999999999'],
  ['if-none-match', '"'],
  ['if-modified-since', 'never'],
  ['x-request-id', 'x'.repeat(500)],
  ['x-request-id', '\u00ff\u00fe"<script>'],
  ['x-forwarded-for', '::ffff:0x7f.1, , "'],
  ['x-forwarded-host', 'evil.test/..'],
  ['forwarded', 'for="_x";proto=,'],
  ['origin', 'null'],
  ['cookie', 'atelier_refresh=%E0%A4%A; ;=; __proto__=1'],
  ['traceparent', '00-zz-zz-zz'],
  ['traceparent', '00-00000000000000000000000000000000-0000000000000000-ff'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'application/json; charset="'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', 'multipart/form-data; boundary='],
  ['content-type', 'text/plain'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'zstd'],
];

const spoiledHeaders: fc.Arbitrary<Record<string, string>> = fc
  .uniqueArray(fc.constantFrom(...ODD_HEADERS), { minLength: 1, maxLength: 3, selector: ([name]) => name })
  .map((pairs) => Object.fromEntries(pairs));

function headersOf({ parameters }: FuzzOperation, source: ValueSource): fc.Arbitrary<Record<string, string>> {
  const own = parameters.filter((parameter) => parameter.in === 'header');
  const values = own.map(({ name, schema = {} }) => {
    // Only what can be written in a header at all.
    const text = valuesOf(schema, source, name).map((value) => asText(value).replace(/[^\x20-\x7e]/g, '?'));
    return fc.option(
      text.map((value) => [name.toLowerCase(), value]),
      { nil: undefined },
    );
  });
  return fc
    .tuple(...values)
    .map((pairs): Record<string, string> => Object.fromEntries(pairs.filter((pair) => pair !== undefined)));
}

const NO_BODY = fc.constant(undefined);
const UNEXPECTED_BODY = brokenTexts('{"role":"admin"}');

const bodies = (schema: ValueSchema, source: ValueSource): fc.Arbitrary<string> =>
  valuesOf(schema, source).map((value) => JSON.stringify(value));

function spoiledBodies(schema: ValueSchema, source: ValueSource): fc.Arbitrary<string> {
  const values = valuesOf(schema, source);
  return fc.oneof(
    { arbitrary: spoiled(values).map((value) => JSON.stringify(value)), weight: 4 },
    { arbitrary: values.chain((value) => brokenTexts(JSON.stringify(value))), weight: 1 },
  );
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Percent-encoded; a lone surrogate, which has no encoding, becomes the bytes that a careless client sends. */
function inUrl(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}
