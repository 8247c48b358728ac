import { ApiDocument, type PromisedAnswer, escapeSegment } from './api-document.js';
import { errorTable } from './error-table.js';

/** An answer as far as the document says something about it. */
export interface ReceivedAnswer {
  method: string;
  /** Path without the query. */
  path: string;
  status: number;
  headers: Headers;
}

/** Paths that describe the API, or are for operators, and are no part of it; and those of the console. */
const isOutside = (path: string): boolean =>
  !/^\/(api|v1|health|static)\//.test(path) || /^\/api\/(docs|openapi\.)/.test(path);

/** Headers that tell a client something of the API, so that the document has to tell of them. */
const TELLING =
  /^(x-(?!accel-buffering|content-type-options|frame-options|dns-prefetch-control|xss-protection|download-options|permitted-cross-domain-policies).*|ratelimit.*|retry-after|location|idempotent-replayed|preference-applied|www-authenticate|content-disposition|content-range|accept-ranges|etag|set-cookie|link)$/;

/** What the document does not promise of an answer whose body is not read yet. */
export function complaintAboutHead(answer: ReceivedAnswer): string | undefined {
  if (isOutside(answer.path)) return undefined;
  const { status, headers } = answer;
  if (!headers.get('x-request-id')) return 'it carries no X-Request-Id';
  const answers = ApiDocument.committed().answersTo(answer.method, answer.path);
  if (!answers) return status >= 400 ? undefined : 'the document knows no such operation';
  const promised = answers.get(String(status));
  if (!promised) return 'the document knows no such status';
  const complaint = complaintAboutHeaders(promised, headers);
  if (complaint !== undefined) return complaint;
  // Without a body its type is that of the body which there would be, or was.
  if (status === 204 || status === 304) return undefined;
  const types = Object.keys(promised.answer.content ?? {});
  const type = typeOf(headers);
  if (types.length === 0 ? type === '' : types.includes(type)) return undefined;
  return `the document promises no ${type || 'answer without a body'}`;
}

/** What the document does not promise of a body. */
export function complaintAboutBody(answer: ReceivedAnswer, text: string): string | undefined {
  if (isOutside(answer.path) || !isJson(answer.headers)) return undefined;
  const body: unknown = JSON.parse(text);
  const promised = ApiDocument.committed().answersTo(answer.method, answer.path)?.get(String(answer.status));
  const type = typeOf(answer.headers);
  if (type === 'application/problem+json') {
    const complaint = complaintAboutProblem(answer, body, promised);
    if (complaint !== undefined) return complaint;
  }
  if (!promised?.answer.content?.[type]) return undefined;
  return ApiDocument.committed().complaint(`${promised.pointer}/content/${escapeSegment(type)}/schema`, body);
}

export const isJson = (headers: Headers): boolean => /\bjson$/.test(typeOf(headers));

const typeOf = (headers: Headers): string => (headers.get('content-type') ?? '').split(';', 1)[0] ?? '';

function complaintAboutHeaders(promised: PromisedAnswer, headers: Headers): string | undefined {
  const documented = ApiDocument.committed().headersOf(promised);
  const names = new Set(documented.map(([name]) => name.toLowerCase()));
  const strange = [...headers.keys()].find((name) => TELLING.test(name) && !names.has(name));
  if (strange !== undefined) return `the document knows no header ${strange}`;
  for (const [name, { required, schema }] of documented) {
    const value = headers.get(name);
    if (value === null && required) return `it carries no ${name}`;
    if (value !== null && !isOfType(value, schema['type'])) return `${name} is no ${schema['type']}: ${value}`;
  }
  return undefined;
}

function isOfType(value: string, type: unknown): boolean {
  if (type === 'integer') return /^\d+$/.test(value);
  return type !== 'boolean' || /^(true|false)$/.test(value);
}

function complaintAboutProblem(
  { headers, status, path }: ReceivedAnswer,
  body: unknown,
  promised: PromisedAnswer | undefined,
): string | undefined {
  const complaint = ApiDocument.committed().complaint('/components/schemas/Problem', body);
  if (complaint !== undefined) return complaint;
  const problem = body as { status: number; code: string; request_id: string; instance: string; charged: boolean };
  if (problem.status !== status) return 'the problem claims another status';
  if (errorTable().get(problem.code) !== status) return `the guide tells another status for ${problem.code}`;
  if (problem.request_id !== headers.get('x-request-id')) return 'request_id is not X-Request-Id';
  if (problem.instance !== path) return 'instance is another path';
  if (problem.charged) return 'a refusal claims to have charged';
  const shown = promised?.answer.content?.['application/problem+json']?.examples ?? {};
  if (promised && !(problem.code in shown)) return `the document does not say that it may refuse with ${problem.code}`;
  return undefined;
}
