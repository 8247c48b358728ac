import { type OpenAIError, PROBLEM_CODES, type Problem, type ProblemCode } from '@atelier/contracts';
import type { Answer, Header, NamedExample, Reference } from './document-types.js';
import { SHARED_REFUSALS } from './common-refusals.js';
import type { Manual } from './manual.js';
import { isRetriedByClients, openAIErrorOf, openAIStatus } from '../openai-errors.js';
import { problemOf } from '../problem-of.js';

const REQUEST_ID = '0f8f3f0a-8f55-4c1c-9f4e-0c8a4b8d7e21';

/** How refusals are told on a route: RFC 9457, or as OpenAI's API does. */
export type Dialect = 'problem' | 'openai';

const DIALECTS = {
  problem: { mediaType: 'application/problem+json', schema: 'Problem', prefix: '' },
  openai: { mediaType: 'application/json', schema: 'OpenAIError', prefix: 'openai.' },
} as const;

interface Wanted {
  /** What the operation shares with others, and what it has of its own. */
  readonly codes: readonly ProblemCode[];
  readonly own: readonly ProblemCode[];
  /** Headers that come with the latter. */
  readonly ownHeaders: NonNullable<Answer['headers']>;
}

/** The answers to requests that are refused or fail, and the examples in them, which operations share. */
export class Refusals {
  readonly responses: Record<string, Answer> = {};
  readonly examples: Record<string, NamedExample> = {};

  constructor(private readonly problems: Manual['problems']) {}

  /** @returns by status, what these codes are answered with */
  answers({ codes, own, ownHeaders }: Wanted, dialect: Dialect): Record<string, Answer | Reference> {
    const inOrder = PROBLEM_CODES.filter((code) => codes.includes(code) || own.includes(code));
    const byStatus = Map.groupBy(inOrder, (code) => this.#statusOf(code, dialect));
    const answers = [...byStatus].map(([status, some]): [string, Answer | Reference] => [
      String(status),
      this.#shared(
        nameOf(some),
        this.#answer(status, some, dialect, some.some((code) => own.includes(code)) ? ownHeaders : {}),
        dialect,
      ),
    ]);
    return { ...Object.fromEntries(answers), default: this.#shared('Other', other(dialect), dialect) };
  }

  #statusOf(code: ProblemCode, dialect: Dialect): number {
    const problem = this.#problem(code);
    return dialect === 'openai' ? openAIStatus(problem) : problem.status;
  }

  #problem(code: ProblemCode): Problem {
    return problemOf(this.problems[code].error, { instance: '/api/v1/…', requestId: REQUEST_ID });
  }

  #answer(status: number, codes: readonly ProblemCode[], dialect: Dialect, more: Answer['headers']): Answer {
    const { mediaType, schema, prefix } = DIALECTS[dialect];
    const problems = codes.map((code) => this.#problem(code));
    for (const problem of problems) {
      const value: Problem | OpenAIError = dialect === 'openai' ? openAIErrorOf(problem) : problem;
      this.examples[prefix + problem.code] = { summary: problem.detail, value };
    }
    const examples = codes.map((code) => [code, { $ref: `#/components/examples/${prefix}${code}` }] as const);
    return {
      description: `${problems[0]?.title ?? ''}: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
      headers: { ...headersOf(status, dialect), ...more },
      content: { [mediaType]: { schema: referenceTo(schema), examples: Object.fromEntries(examples) } },
    };
  }

  #shared(base: string | undefined, answer: Answer, dialect: Dialect): Answer | Reference {
    if (base === undefined) return answer;
    const name = dialect === 'openai' ? `OpenAI${base}` : base;
    this.responses[name] = answer;
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The name under which the document holds the answer with just these problems; undefined for a group of its own. */
function nameOf(codes: readonly ProblemCode[]): string | undefined {
  const wanted = new Set(codes);
  const found = Object.entries(SHARED_REFUSALS).find(
    ([, shared]) => shared.length === wanted.size && shared.every((code) => wanted.has(code)),
  );
  return found?.[0];
}

function other(dialect: Dialect): Answer {
  const { mediaType, schema } = DIALECTS[dialect];
  return {
    description: 'Refused or failed in a way that is not foreseen here; it has the shape of all the others.',
    headers: headersOf(0, dialect),
    content: { [mediaType]: { schema: referenceTo(schema) } },
  };
}

const referenceTo = (schema: string) => ({ $ref: `#/components/schemas/${schema}` });
const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

function headersOf(status: number, dialect: Dialect): Record<string, Reference> {
  return {
    ...COMMON_HEADERS,
    ...(status === 401 ? { 'WWW-Authenticate': header('WWW-Authenticate') } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': header('Retry-After') } : {}),
    ...(dialect === 'openai' && isRetriedByClients(status) ? { 'X-Should-Retry': header('X-Should-Retry') } : {}),
  };
}

/** Headers that every answer has, or may have. */
export const COMMON_HEADERS = {
  'X-Request-Id': header('X-Request-Id'),
  'RateLimit-Policy': header('RateLimit-Policy'),
  RateLimit: header('RateLimit'),
};

/** Headers that answers share. */
export const HEADERS: Readonly<Record<string, Header>> = {
  'X-Request-Id': {
    description: 'Names this request in our log; send one of your own (1 to 64 of `A-Z a-z 0-9 . _ -`) to choose it.',
    required: true,
    schema: { type: 'string', examples: [REQUEST_ID] },
  },
  'RateLimit-Policy': {
    description:
      'How many requests (`q`) are answered in how many seconds (`w`), for each limit that counts this request; absent ' +
      'where nothing limits.',
    schema: { type: 'string', examples: ['"key";q=600;w=60'] },
  },
  RateLimit: {
    description: 'How many of them are left (`r`) for how many seconds (`t`).',
    schema: { type: 'string', examples: ['"key";r=598;t=42'] },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate.',
    required: true,
    schema: { type: 'string', const: 'Bearer' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    required: true,
    schema: { type: 'integer', minimum: 1, examples: [5] },
  },
  'X-Should-Retry': {
    description: 'Tells OpenAI’s clients whether to try again by themselves.',
    required: true,
    schema: { type: 'string', enum: ['true', 'false'] },
  },
  'Idempotent-Replayed': {
    description: '`true` when a request with this `Idempotency-Key` had been carried out before; absent otherwise.',
    schema: { type: 'string', const: 'true' },
  },
};
