/** The parts of an OpenAPI 3.1 document that ours is made of. */
export type JsonSchema = Record<string, unknown>;

export interface Reference {
  $ref: string;
}

export interface NamedExample {
  summary?: string;
  value: unknown;
}

export interface Media {
  schema?: JsonSchema;
  example?: unknown;
  examples?: Record<string, NamedExample | Reference>;
}

export interface Header {
  description: string;
  required?: boolean;
  schema: JsonSchema;
}

export interface Answer {
  description: string;
  headers?: Record<string, Header | Reference>;
  content?: Record<string, Media>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema?: JsonSchema;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Answer | Reference>;
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

export interface Document {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<Method, Operation>>>;
  webhooks: Record<string, { post: Operation }>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, Answer>;
    examples: Record<string, NamedExample>;
    headers: Record<string, Header>;
    securitySchemes: Record<string, JsonSchema>;
  };
  security: Record<string, string[]>[];
}

export interface Place {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

export function operationsOf({ paths }: Pick<Document, 'paths'>): Place[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Place[] => (item[method] ? [{ path, method, operation: item[method] }] : [])),
  );
}
