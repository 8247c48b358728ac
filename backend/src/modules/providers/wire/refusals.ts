import * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import { ProviderError, type ProviderErrorCategory } from '../provider-error.js';
import { requestIdOf, retryAfterMsOf } from './answer-headers.js';

const Code = z.union([z.string(), z.number()]).nullish();
const Detail = z.object({ msg: z.string().optional(), type: z.string().optional() });

const ErrorObject = z.object({
  message: z.string().nullish(),
  type: z.string().nullish(),
  code: Code,
  // Google's words for a type and for what else there is to say.
  status: z.string().nullish().catch(null),
  details: z.array(z.unknown()).nullish().catch(null),
});

/** `{"error":{…}}` and what else stands for it, read leniently: gateways in front of a vendor leave fields out. */
const ErrorBody = z.object({
  error: z.union([z.string(), ErrorObject]).nullish(),
  detail: z.union([z.string(), z.array(Detail)]).nullish(),
  message: z.string().nullish(),
});

/** What a body says went wrong, in the vendor's words. They may hold keys, prompts and names of organizations. */
export interface VendorRefusal {
  readonly message: string;
  readonly code: string | undefined;
  readonly type: string | undefined;
  /** What else a vendor adds, in a form of its own. */
  readonly details: readonly unknown[];
}

export interface Verdict {
  readonly category: ProviderErrorCategory;
  /** Instead of the category's own sentence. */
  readonly message?: string;
  /** Where the vendor's own code says less. */
  readonly providerCode?: string;
}

/** What an answer says about trying again; undefined: nothing, or what everybody says. */
export interface Patience {
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

/** How to read what one vendor answers. */
export interface RefusalReader {
  readonly vendorLabel: string;
  /** What only this vendor means by an answer; undefined: what everybody means. */
  readonly judge?: (status: number, refusal: VendorRefusal, headers: OutboundAnswer['headers']) => Verdict | undefined;
  /** What only this vendor says about trying again. */
  readonly patience?: (answer: OutboundAnswer) => Patience;
}

const CONTENT: Verdict = { category: 'content_rejected' };
const NO_MONEY: Verdict = { category: 'quota_exhausted' };

/** Codes of OpenAI that those who imitate it also use. */
const BY_CODE: Readonly<Record<string, Verdict>> = {
  moderation_blocked: CONTENT,
  content_policy_violation: CONTENT,
  content_filter: CONTENT,
  ResponsibleAIPolicyViolation: CONTENT,
  insufficient_quota: NO_MONEY,
  credit_balance_exhausted: NO_MONEY,
  billing_hard_limit_reached: NO_MONEY,
  billing_not_active: NO_MONEY,
  slow_down: { category: 'rate_limited' },
  invalid_api_key: { category: 'auth_failed' },
  unsupported_country_region_territory: { category: 'auth_failed' },
};

/** An answer that says nothing but its status. */
const SILENCE: VendorRefusal = { message: '', code: undefined, type: undefined, details: [] };

const LIMIT_CODE = /_(spend|usage)_limit_exceeded$/;

const BY_TYPE: Readonly<Record<string, Verdict>> = { insufficient_quota: NO_MONEY, content_policy_violation: CONTENT };

const BY_STATUS: Readonly<Record<number, Verdict>> = {
  400: { category: 'invalid_request' },
  401: { category: 'auth_failed' },
  402: NO_MONEY,
  403: { category: 'auth_failed' },
  404: { category: 'invalid_request' },
  405: { category: 'invalid_request' },
  408: { category: 'timeout' },
  410: { category: 'invalid_request' },
  413: { category: 'invalid_request' },
  415: { category: 'invalid_request' },
  422: { category: 'invalid_request' },
  429: { category: 'rate_limited' },
  451: CONTENT,
  499: { category: 'timeout' },
  504: { category: 'timeout' },
};

/** What an answer says that is not a success, or that holds an error all the same. */
export function refusalError(answer: OutboundAnswer, reader: RefusalReader): ProviderError {
  const { status, headers, body } = answer;
  const refusal = readRefusal(body) ?? SILENCE;
  const { category, message, providerCode } =
    reader.judge?.(status, refusal, headers) ?? verdictOn(status, refusal, reader.vendorLabel);
  const { retryable, retryAfterMs } = reader.patience?.(answer) ?? {};
  return new ProviderError(category, {
    message,
    httpStatus: status,
    providerCode: providerCode ?? codeWord(refusal.code) ?? codeWord(refusal.type),
    requestId: requestIdOf(headers),
    // Whatever anybody advises: what was refused for its content is refused again.
    retryable: category === 'content_rejected' ? undefined : retryable,
    retryAfterMs: retryAfterMs ?? (category === 'rate_limited' ? retryAfterMsOf(headers, refusal.message) : undefined),
  });
}

/** The error in a body, if there is one. */
export function readRefusal(body: Buffer): VendorRefusal | undefined {
  const parsed = parse(body);
  // Streams and some proxies put the error into a list.
  const { error, detail, message } = ErrorBody.safeParse(Array.isArray(parsed) ? parsed[0] : parsed).data ?? {};
  if (typeof error === 'object' && error) {
    return {
      message: error.message ?? '',
      code: error.code?.toString(),
      type: error.type ?? error.status ?? undefined,
      details: error.details ?? [],
    };
  }
  const listed = typeof detail === 'object' ? mostTelling(detail ?? []) : undefined;
  const text = error ?? (typeof detail === 'string' ? detail : listed?.msg) ?? message ?? undefined;
  const type = listed?.type;
  return text === undefined && type === undefined ? undefined : { ...SILENCE, message: text ?? '', type };
}

/** What is said of a success without what was asked for. */
export function unusable({ status, headers }: OutboundAnswer): ProviderError {
  return new ProviderError('bad_response', { httpStatus: status, requestId: requestIdOf(headers) });
}

/** A model that its vendor has given up, or that never was. */
export function noSuchModel(vendorLabel: string): Verdict {
  return {
    category: 'invalid_request',
    message: `${vendorLabel} no longer offers the model that has been set up. Tell your administrator.`,
  };
}

/** Only what looks like a code is kept: texts can hold keys, prompts and names of organizations. */
export function codeWord(text: string | null | undefined): string | undefined {
  return text && /^[A-Za-z][A-Za-z0-9_.]{1,63}$/.test(text) ? text : undefined;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // Not JSON: the status has to do.
    return undefined;
  }
}

/** A code says more than a type, and a type more than a status: one type and one status are used for many things. */
function verdictOn(status: number, { code, type, message }: VendorRefusal, vendorLabel: string): Verdict {
  const isModelGone =
    code === 'model_not_found' || ((status === 400 || status === 404) && /\bmodel\b.*does not exist/i.test(message));
  return (
    own(BY_CODE, code) ??
    (code && LIMIT_CODE.test(code) ? NO_MONEY : undefined) ??
    own(BY_TYPE, type) ??
    (isModelGone ? noSuchModel(vendorLabel) : byStatus(status))
  );
}

/** Of several troubles the one that decides what the others mean. */
function mostTelling(details: readonly z.infer<typeof Detail>[]): z.infer<typeof Detail> | undefined {
  return details.find(({ type }) => own(BY_TYPE, type) !== undefined) ?? details[0];
}

function byStatus(status: number): Verdict {
  if (status < 300) return { category: 'bad_response' };
  if (status < 400) return { category: 'invalid_request' };
  return BY_STATUS[status] ?? { category: 'provider_unavailable' };
}

function own(table: Readonly<Record<string, Verdict>>, key: string | undefined): Verdict | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
