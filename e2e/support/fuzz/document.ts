import type { OpenApiDocument } from '../api-document.js';
import { METHODS } from '../api-document.js';
import type { FuzzOperation, FuzzParameter } from './requests.js';
import type { ValueSchema } from './schema-values.js';

/** What the document says about the requests of an operation. */
interface RequestPart {
  operationId?: string;
  parameters?: (FuzzParameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema?: ValueSchema }> } | { $ref: string };
}

export function operationsOf(document: OpenApiDocument): (FuzzOperation & { id: string })[] {
  const resolve = (value: unknown): unknown => (isReference(value) ? pointed(document, value.$ref) : value);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as RequestPart | undefined;
      if (!operation) return [];
      const body = resolve(operation.requestBody) as { content: Record<string, { schema?: ValueSchema }> } | undefined;
      return {
        id: operation.operationId ?? `${method} ${path}`,
        method,
        path,
        parameters: (operation.parameters ?? []).map((parameter) => resolve(parameter) as FuzzParameter),
        body: body?.content['application/json']?.schema,
      };
    }),
  );
}

export function resolverOf(document: OpenApiDocument): (reference: string) => ValueSchema {
  return (reference) => pointed(document, reference) as ValueSchema;
}

function pointed(document: unknown, reference: string): unknown {
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      document,
    );
  if (found === undefined) throw new Error(`The document has no ${reference}`);
  return found;
}

const isReference = (value: unknown): value is { $ref: string } =>
  typeof value === 'object' && value !== null && '$ref' in value;
