import * as z from 'zod';
import type { OutboundAnswer } from '../../../../platform/outbound/index.js';
import { ProviderError, type ProviderErrorCategory } from '../../provider-error.js';
import { requestIdOf, retryAfterMsOf } from './openai-headers.js';

/** `{"error":{…}}`, read leniently: gateways in front of the vendor leave fields out. */
const ErrorBody = z.object({
  error: z.object({
    message: z.string().nullish(),
    type: z.string().nullish(),
    code: z.string().nullish(),
  }),
});

export type VendorRefusal = z.infer<typeof ErrorBody>['error'];

interface Verdict {
  readonly category: ProviderErrorCategory;
  /** Instead of the category's own sentence. */
  readonly message?: string;
}

const CONTENT: Verdict = { category: 'content_rejected' };
const NO_MONEY: Verdict = { category: 'quota_exhausted' };
const UNVERIFIED: Verdict = {
  category: 'auth_failed',
  message: 'OpenAI wants your organization to be verified before it makes images. Tell your administrator.',
};
const NO_SUCH_MODEL: Verdict = {
  category: 'invalid_request',
  message: 'OpenAI no longer offers the model that makes these images. Tell your administrator.',
};

/** A code says more than a type, and a type more than a status: the vendor uses one type and one status for many things. */
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
  model_not_found: NO_SUCH_MODEL,
};

const LIMIT_CODE = /_(spend|usage)_limit_exceeded$/;

const BY_TYPE: Readonly<Record<string, Verdict>> = { insufficient_quota: NO_MONEY };

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
export function refusalError({ status, headers, body }: OutboundAnswer): ProviderError {
  const refusal = readRefusal(body) ?? {};
  const { category, message } = verdictOn(status, refusal);
  return new ProviderError(category, {
    message,
    httpStatus: status,
    providerCode: word(refusal.code) ?? word(refusal.type),
    requestId: requestIdOf(headers),
    retryAfterMs: category === 'rate_limited' ? retryAfterMsOf(headers, refusal.message ?? '') : undefined,
  });
}

/** The error in a body, if there is one. */
export function readRefusal(body: Buffer): VendorRefusal | undefined {
  try {
    return ErrorBody.safeParse(JSON.parse(body.toString())).data?.error;
  } catch {
    // Not JSON: the status has to do.
    return undefined;
  }
}

function verdictOn(status: number, { code, type, message }: VendorRefusal): Verdict {
  return (
    own(BY_CODE, code) ??
    (code && LIMIT_CODE.test(code) ? NO_MONEY : undefined) ??
    own(BY_TYPE, type) ??
    byMessage(status, message ?? '') ??
    byStatus(status)
  );
}

/** Two troubles that have no code of their own. */
function byMessage(status: number, message: string): Verdict | undefined {
  if (status === 403 && /must be verified/i.test(message)) return UNVERIFIED;
  if (status === 400 && /\bmodel\b.*does not exist/i.test(message)) return NO_SUCH_MODEL;
  return undefined;
}

function byStatus(status: number): Verdict {
  if (status < 300) return { category: 'bad_response' };
  if (status < 400) return { category: 'invalid_request' };
  return BY_STATUS[status] ?? { category: 'provider_unavailable' };
}

function own(table: Readonly<Record<string, Verdict>>, key: string | null | undefined): Verdict | undefined {
  return key && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Only what looks like a code is kept: the vendor's texts can hold keys, prompts and names of organizations. */
function word(text: string | null | undefined): string | undefined {
  return text && /^[A-Za-z][A-Za-z0-9_.]{1,63}$/.test(text) ? text : undefined;
}
