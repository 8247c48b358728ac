import { type AnySchemaObject, Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { errorTable } from './error-table.js';

export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type DocumentedMethod = (typeof METHODS)[number];

interface Media {
  schema?: AnySchemaObject;
}

export interface DocumentedOperation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  responses: Record<string, { content?: Record<string, Media>; headers?: Record<string, unknown> }>;
}

export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Partial<Record<DocumentedMethod, DocumentedOperation>>>;
  components: { schemas: Record<string, AnySchemaObject> };
}

/** An answer as far as the document says something about it. */
export interface ReceivedAnswer {
  method: string;
  /** Path without the query. */
  path: string;
  status: number;
  headers: Headers;
  body: unknown;
}

const BASE = 'atelier.json';

/** The server's own description of its API, and whether its answers keep to it. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, validateFormats: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: OpenApiDocument) {
    // What the document holds besides schemas is no keyword of JSON Schema.
    for (const word of ['openapi', 'info', 'paths', 'components', 'security', 'tags', 'servers', 'webhooks'])
      this.ajv.addKeyword(word);
    this.ajv.addSchema({ ...document, $id: BASE });
  }

  static async of(origin: string): Promise<ApiDocument> {
    const known = documents.get(origin);
    if (known) return known;
    const asked = load(origin);
    documents.set(origin, asked);
    return asked;
  }

  operations(): { method: DocumentedMethod; path: string; operation: DocumentedOperation }[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation ? [{ method, path, operation }] : [];
      }),
    );
  }

  /** Throws unless the answer is one that the document promises: its status, media type, shape and request id. */
  assertPromised(answer: ReceivedAnswer): void {
    const complain = (reason: string): never => {
      const { method, path, status } = answer;
      throw new Error(
        `${method} ${path} was answered ${status}: ${reason}\n${JSON.stringify(answer.body ?? null).slice(0, 2_000)}`,
      );
    };
    const id = answer.headers.get('x-request-id');
    if (!id) complain('it carries no X-Request-Id');
    if (answer.status >= 400 && !isHealth(answer)) this.assertProblem(answer, complain);
    const found = this.find(answer.method, answer.path);
    if (!found) {
      if (answer.status !== 404) complain('the document knows no such operation');
      return;
    }
    const { operation, pointer } = found;
    const key = String(answer.status) in operation.responses ? String(answer.status) : 'default';
    const content = operation.responses[key]?.content;
    if (answer.status < 400 && key === 'default') complain('the document knows no such status');
    if (answer.body === undefined) {
      if (content && Object.keys(content).length > 0) complain('the document promises a body');
      return;
    }
    const type = (answer.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
    if (!content?.[type]) complain(`the document promises no ${type}`);
    const validate = this.validator(`${pointer}/responses/${key}/content/${escapeSegment(type)}/schema`);
    if (!validate(answer.body)) complain(this.ajv.errorsText(validate.errors));
  }

  /** Compiles every schema of the document; throws for one that is not valid JSON Schema 2020-12. */
  compileAll(): number {
    let compiled = 0;
    for (const { method, path, operation } of this.operations()) {
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        for (const [type, { schema }] of Object.entries(content)) {
          if (!schema) continue;
          this.validator(
            `/paths/${escapeSegment(path)}/${method}/responses/${status}/content/${escapeSegment(type)}/schema`,
          );
          compiled += 1;
        }
      }
    }
    return compiled;
  }

  private assertProblem({ headers, body, status, path }: ReceivedAnswer, complain: (reason: string) => never): void {
    if (body === undefined) return;
    if (!(headers.get('content-type') ?? '').startsWith('application/problem+json')) complain('it is not problem+json');
    const validate = this.validator('/components/schemas/Problem');
    if (!validate(body)) complain(this.ajv.errorsText(validate.errors));
    const problem = body as { status: number; code: string; request_id: string; instance: string; charged: boolean };
    if (problem.status !== status) complain('the problem claims another status');
    if (errorTable().get(problem.code) !== status) complain(`the guide tells another status for ${problem.code}`);
    if (problem.request_id !== headers.get('x-request-id')) complain('request_id is not X-Request-Id');
    if (problem.instance !== path) complain('instance is another path');
    if (problem.charged) complain('a refusal claims to have charged');
  }

  private find(method: string, path: string): { operation: DocumentedOperation; pointer: string } | undefined {
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const found = this.operations().find((one) => one.method === wanted && templateOf(one.path).test(path));
    return found && { operation: found.operation, pointer: `/paths/${escapeSegment(found.path)}/${found.method}` };
  }

  private validator(pointer: string): ValidateFunction {
    const known = this.validators.get(pointer);
    if (known) return known;
    const validate = this.ajv.compile({ $ref: `${BASE}#${pointer}` });
    this.validators.set(pointer, validate);
    return validate;
  }
}

const documents = new Map<string, Promise<ApiDocument>>();

async function load(origin: string): Promise<ApiDocument> {
  const response = await fetch(`${origin}/api/openapi.json`);
  if (response.status !== 200) throw new Error(`/api/openapi.json was answered ${response.status}`);
  return new ApiDocument((await response.json()) as OpenApiDocument);
}

/** Readiness says "not ready" in its own shape, for the programs that ask. */
const isHealth = ({ path }: ReceivedAnswer): boolean => path.startsWith('/health/');

const templateOf = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** A JSON pointer's segment inside a URL fragment. */
const escapeSegment = (segment: string): string =>
  encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
