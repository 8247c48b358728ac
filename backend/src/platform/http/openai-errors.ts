import { HttpStatus } from '@nestjs/common';
import type { OpenAIError, Problem, ProblemCode } from '@atelier/contracts';

/** Below this path the API speaks as OpenAI's does. */
export const isOpenAIRoute = (path: string): boolean => path === '/v1' || path.startsWith('/v1/');

interface Wording {
  readonly type: string;
  readonly code: string;
}

const INVALID = 'invalid_request_error';
const KEY: Wording = { type: INVALID, code: 'invalid_api_key' };
const MONEY: Wording = { type: 'insufficient_quota', code: 'insufficient_quota' };
const BUSY: Wording = { type: 'requests', code: 'rate_limit_exceeded' };
const MODEL: Wording = { type: INVALID, code: 'model_not_found' };

/** What clients know by a name of OpenAI's; everything else keeps ours. */
const WORDINGS: Partial<Record<ProblemCode, Wording>> = {
  'auth.required': KEY,
  'auth.token_invalid': KEY,
  'auth.token_expired': KEY,
  'auth.api_key_invalid': KEY,
  'credits.insufficient': MONEY,
  'credits.key_limit_reached': MONEY,
  'studio.queue_full': BUSY,
  'request.rate_limited': BUSY,
  'request.too_many_at_once': BUSY,
  'studio.model_unknown': MODEL,
  'provider.content_rejected': { type: 'image_generation_user_error', code: 'moderation_blocked' },
  'route.not_found': { type: INVALID, code: 'unknown_url' },
};

/** OpenAI's API knows no 422: what can't be done is a bad request there, and a model that isn't there a 404. */
export function openAIStatus({ status, code }: Pick<Problem, 'status' | 'code'>): number {
  if (code === 'studio.model_unknown') return HttpStatus.NOT_FOUND;
  return status === HttpStatus.UNPROCESSABLE_ENTITY ? HttpStatus.BAD_REQUEST : status;
}

/** Statuses after which OpenAI's clients try again by themselves, unless they are told not to. */
export const isRetriedByClients = (status: number): boolean =>
  status === HttpStatus.REQUEST_TIMEOUT ||
  status === HttpStatus.CONFLICT ||
  status === HttpStatus.TOO_MANY_REQUESTS ||
  status >= 500;

/** A problem in the words of OpenAI's API. */
export function openAIErrorOf({ status, detail, code, errors }: Problem): OpenAIError {
  const [first] = errors ?? [];
  const unknown = first && /^Unrecognized key.*?"([^"]+)"/.exec(first.message)?.[1];
  const wording = WORDINGS[code] ?? { type: status >= 500 ? 'server_error' : INVALID, code };
  return {
    error: {
      message: unknown === undefined ? detail : `Unknown or unsupported parameter: '${unknown}'.`,
      type: wording.type,
      param: unknown ?? (first?.path || null),
      code: unknown === undefined ? wording.code : 'unknown_parameter',
    },
  };
}
