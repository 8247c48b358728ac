import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON Schema as far as the document uses it for what it takes. */
export interface ValueSchema {
  $ref?: string;
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  anyOf?: ValueSchema[];
  oneOf?: ValueSchema[];
  properties?: Record<string, ValueSchema>;
  required?: string[];
  additionalProperties?: boolean | ValueSchema;
  propertyNames?: ValueSchema;
  items?: ValueSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

export interface ValueSource {
  /** What a `$ref` of the document points at. */
  resolve(reference: string): ValueSchema;
  /** Values of things that exist, for a property or parameter of this name. */
  known(name: string): readonly Json[];
}

/** Most entries of a list or an object that are made; longer ones are the hostile values' task. */
const LIST_LENGTH = 4;
const TEXT_LENGTH = 60;

/** Values that a schema takes; as far as a schema tells, for not every rule can be written in one. */
export function valuesOf(schema: ValueSchema, source: ValueSource, name = ''): fc.Arbitrary<Json> {
  const known = source.known(name);
  const made = madeOf(schema, source);
  return known.length === 0 ? made : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 2 }, made);
}

function madeOf(schema: ValueSchema, source: ValueSource): fc.Arbitrary<Json> {
  if (schema.$ref !== undefined) return valuesOf(source.resolve(schema.$ref), source);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => valuesOf(branch, source)));
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return fc.string();
  return fc.oneof(...types.map((type) => ofType(type, schema, source)));
}

function ofType(type: string, schema: ValueSchema, source: ValueSource): fc.Arbitrary<Json> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'string':
      return texts(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, source), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? LIST_LENGTH, LIST_LENGTH),
      });
    case 'object':
      return objects(schema, source);
    default:
      throw new Error(`There are no values of type ${type}`);
  }
}

function numbers({ minimum, maximum, exclusiveMinimum }: ValueSchema): fc.Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1 : exclusiveMinimum + 1);
  const max = maximum ?? 200;
  return fc.oneof(
    fc.integer({ min, max }),
    fc.constantFrom(min, max),
    fc.integer({ min, max: Math.min(max, min + 10) }),
  );
}

function texts({ minLength = 0, maxLength = TEXT_LENGTH, pattern }: ValueSchema): fc.Arbitrary<string> {
  // Classes of Unicode are the one thing in the document's patterns from which no text can be made.
  if (pattern !== undefined && !pattern.includes('\\p{')) return fc.stringMatching(new RegExp(pattern));
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, TEXT_LENGTH) });
  return fc.oneof({ arbitrary: text, weight: 5 }, fc.constant('x'.repeat(maxLength)));
}

function objects(schema: ValueSchema, source: ValueSource): fc.Arbitrary<Json> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const own = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valuesOf(value, source, name)])),
    { requiredKeys: required },
  );
  if (typeof additionalProperties !== 'object') return own;
  const more = fc.dictionary(
    valuesOf(propertyNames ?? { type: 'string' }, source, 'propertyNames').map(String),
    valuesOf(additionalProperties, source),
    { maxKeys: LIST_LENGTH },
  );
  return fc.tuple(more, own).map(([extra, value]) => ({ ...extra, ...value }));
}
