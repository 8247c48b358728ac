import { isDeepStrictEqual } from 'node:util';
import * as contracts from '@atelier/contracts';
import type { StandardSchemaConverter } from '@nestjs/swagger';
import * as z from 'zod';

type JsonSchema = Record<string, unknown>;

/** Marks a schema of the document that the contracts have a name for, until it is replaced by a reference. */
const SCHEMA_NAME = 'x-schema-name';

/** Every schema that the contracts export, by the name under which they export it. */
const NAMES = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(contracts)) if (schema instanceof z.ZodType) NAMES.add(schema, { id });

/**
 * Turns the contracts' schemas into those of the document. OpenAPI 3.1 speaks JSON Schema 2020-12; the framework's own
 * conversion writes the dialect of 3.0, and knows no names.
 */
export class ContractSchemas {
  readonly #used = new Map<string, JsonSchema>();
  /** What a mark stands for; the framework does not leave a schema as it was. */
  readonly #marked = new Map<string, { name: string; definition: JsonSchema }>();

  constructor(private readonly words: Readonly<Record<string, string>>) {}

  readonly convert: StandardSchemaConverter = (schema, { schemaType }) => {
    if (!(schema instanceof z.ZodType)) return undefined;
    const { root, definitions } = this.#converted(schema, schemaType);
    for (const [name, definition] of Object.entries(definitions)) {
      if (root['$ref'] !== referenceTo(name)) this.#use(name, definition);
    }
    const name = NAMES.get(schema)?.id;
    const definition = name === undefined ? undefined : definitions[name];
    if (name === undefined || !definition) return { schema: root };
    const mark = `${schemaType} ${name}`;
    this.#marked.set(mark, { name, definition });
    // Given itself rather than referred to: a query is taken apart into its parameters.
    return { schema: { ...definition, [SCHEMA_NAME]: mark } };
  };

  /** Names a schema of the contracts in the document. */
  referTo(schema: z.ZodType): JsonSchema {
    const { root, definitions } = this.#converted(schema, 'output');
    for (const [name, definition] of Object.entries(definitions)) this.#use(name, definition);
    return root;
  }

  /** A reference in place of a schema that has a name; any other as it is. */
  named(schema: JsonSchema): JsonSchema {
    const { [SCHEMA_NAME]: mark } = schema;
    const known = typeof mark === 'string' ? this.#marked.get(mark) : undefined;
    if (!known) return schema;
    this.#use(known.name, known.definition);
    return { $ref: referenceTo(known.name) };
  }

  /** Everything that has been referred to, by name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #converted(schema: z.ZodType, io: 'input' | 'output') {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, metadata: NAMES, override: describe });
    const definitions = redirected($defs) as Record<string, JsonSchema>;
    for (const [name, definition] of Object.entries(definitions)) explain(definition, name, this.words);
    return { root: redirected(root), definitions };
  }

  #use(name: string, definition: JsonSchema): void {
    const known = this.#used.get(name);
    if (known && !isDeepStrictEqual(known, definition)) {
      throw new TypeError(`${name} is sent in another form than it is answered in: export two schemas for it`);
    }
    this.#used.set(name, definition);
  }
}

const referenceTo = (name: string): string => `#/components/schemas/${name}`;

/** Says of a schema, and of what is inside, what there is to say and has not been said. */
function explain(schema: JsonSchema, place: string, words: Readonly<Record<string, string>>): void {
  const text = words[place];
  if (text !== undefined) schema['description'] ??= text;
  for (const [name, field] of Object.entries(childrenOf(schema['properties'])))
    explain(field, `${place}.${name}`, words);
  // What a list holds, and what something may be, has the place of the list and of the thing.
  const alternatives: unknown[] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [];
  for (const inner of [schema['items'], ...alternatives].filter(isSchema))
    for (const [name, field] of Object.entries(childrenOf(inner['properties'])))
      explain(field, `${place}.${name}`, words);
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

const childrenOf = (value: unknown): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(isSchema(value) ? value : {}).flatMap(([name, one]) => (isSchema(one) ? [[name, one]] : [])),
  );

/** Descriptions are kept where Zod keeps them by itself, not among our names. */
function describe({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined) jsonSchema['description'] = description;
}

/** The same with references to definitions of its own made to ones of the document. */
function redirected(value: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}
