import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnySchemaObject, Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { WORKSPACE } from './server-process.js';

export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type DocumentedMethod = (typeof METHODS)[number];

interface Media {
  schema?: AnySchemaObject;
  example?: unknown;
  examples?: Record<string, unknown>;
}

export interface DocumentedAnswer {
  content?: Record<string, Media>;
  headers?: Record<string, DocumentedHeader | Reference>;
}

export interface DocumentedHeader {
  required?: boolean;
  schema: AnySchemaObject;
}

interface Reference {
  $ref: string;
}

export interface DocumentedOperation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  responses: Record<string, DocumentedAnswer | Reference>;
}

export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Partial<Record<DocumentedMethod, DocumentedOperation>>>;
  components: {
    schemas: Record<string, AnySchemaObject>;
    responses: Record<string, DocumentedAnswer>;
    headers: Record<string, DocumentedHeader>;
  };
}

/** An answer that an operation promises, and where the document has it. */
export interface PromisedAnswer {
  readonly answer: DocumentedAnswer;
  readonly pointer: string;
}

const BASE = 'atelier.json';

/** A description of the API: what it lists, and the schemas that it has for each answer. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    validateFormats: false,
  });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: OpenApiDocument) {
    // What the document holds besides schemas is no keyword of JSON Schema.
    for (const word of ['openapi', 'info', 'paths', 'components', 'security', 'tags', 'servers', 'webhooks'])
      this.ajv.addKeyword(word);
    this.ajv.addSchema({ ...document, $id: BASE });
  }

  /** As the server has it. */
  static async of(origin: string): Promise<ApiDocument> {
    const response = await fetch(`${origin}/api/openapi.json`);
    if (response.status !== 200) throw new Error(`/api/openapi.json was answered ${response.status}`);
    return new ApiDocument((await response.json()) as OpenApiDocument);
  }

  /** As it is committed, which is what the server has: a test sees to that. */
  static committed(): ApiDocument {
    committed ??= new ApiDocument(
      JSON.parse(readFileSync(join(WORKSPACE, 'docs', 'openapi.json'), 'utf8')) as OpenApiDocument,
    );
    return committed;
  }

  operations(): { method: DocumentedMethod; path: string; operation: DocumentedOperation }[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation ? [{ method, path, operation }] : [];
      }),
    );
  }

  /** The answers of an operation by status; undefined when there is no such operation. */
  answersTo(method: string, path: string): Map<string, PromisedAnswer> | undefined {
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const here = this.operations().filter((one) => one.method === wanted);
    const found = here.find((one) => templateOf(one.path).test(path)) ?? here.find((one) => isBelow(one.path, path));
    if (!found) return undefined;
    const base = `/paths/${escapeSegment(found.path)}/${found.method}/responses`;
    return new Map(
      Object.entries(found.operation.responses).map(([status, answer]) => [
        status,
        this.resolved(answer, `${base}/${status}`),
      ]),
    );
  }

  headersOf({ answer }: PromisedAnswer): [name: string, header: DocumentedHeader][] {
    return Object.entries(answer.headers ?? {}).map(([name, header]) => [
      name,
      '$ref' in header ? this.document.components.headers[lastOf(header.$ref)]! : header,
    ]);
  }

  /** What a schema of the document says about a value; undefined when it says nothing against it. */
  complaint(pointer: string, value: unknown): string | undefined {
    const validate = this.validator(pointer);
    return validate(value) ? undefined : this.ajv.errorsText(validate.errors);
  }

  /** Compiles every schema of the document; throws for one that is not valid JSON Schema 2020-12. */
  compileAll(): number {
    const pointers = Object.keys(this.document.components.schemas).map((name) => `/components/schemas/${name}`);
    for (const { method, path } of this.operations()) {
      for (const { answer, pointer } of this.answersTo(method, path)?.values() ?? []) {
        for (const [type, { schema }] of Object.entries(answer.content ?? {}))
          if (schema) pointers.push(`${pointer}/content/${escapeSegment(type)}/schema`);
      }
    }
    for (const pointer of pointers) this.validator(pointer);
    return pointers.length;
  }

  private resolved(answer: DocumentedAnswer | Reference, pointer: string): PromisedAnswer {
    if (!('$ref' in answer)) return { answer, pointer };
    return { answer: this.document.components.responses[lastOf(answer.$ref)]!, pointer: answer.$ref.slice(1) };
  }

  private validator(pointer: string): ValidateFunction {
    const known = this.validators.get(pointer);
    if (known) return known;
    const validate = this.ajv.compile({ $ref: `${BASE}#${pointer}` });
    this.validators.set(pointer, validate);
    return validate;
  }
}

let committed: ApiDocument | undefined;

const lastOf = (reference: string): string => reference.split('/').at(-1) ?? '';

const templateOf = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** Names of models hold slashes; no other parameter does. */
const isBelow = (template: string, path: string): boolean =>
  template === '/v1/models/{id}' && /^\/v1\/models\/.+$/.test(path);

/** A JSON pointer's segment inside a URL fragment. */
export const escapeSegment = (segment: string): string =>
  encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
