import type { ProblemCode } from '@atelier/contracts';
import { OPERATORS_PATHS } from '../operators-only.js';
import type { Place } from './document-types.js';

/** Groups of problems that many routes share, by the name of their answer in the document. */
export const SHARED_REFUSALS = {
  Malformed: ['request.malformed'],
  Unauthenticated: ['auth.required', 'auth.token_invalid', 'auth.token_expired', 'auth.api_key_invalid'],
  Forbidden: ['auth.api_key_scope', 'auth.api_key_address'],
  AdministratorsOnly: ['auth.forbidden', 'auth.api_key_scope', 'auth.api_key_address'],
  RateLimited: ['request.rate_limited', 'request.too_many_at_once'],
  AddressTooLong: ['request.address_too_long'],
  TooLarge: ['request.too_large'],
  UnsupportedMediaType: ['request.unsupported_media_type'],
  Invalid: ['request.invalid'],
  ServerError: ['server.error'],
  Unavailable: ['server.unavailable'],
} as const satisfies Record<string, readonly ProblemCode[]>;

export interface Access {
  readonly isPublic: boolean;
  readonly isForAdmins: boolean;
}

/** What a route may answer because of what it is, without saying so itself. */
export function commonRefusals({ path, method }: Place, { isPublic, isForAdmins }: Access): ProblemCode[] {
  const changes = method !== 'get';
  const shared = SHARED_REFUSALS;
  return [
    ...shared.Malformed,
    ...(isPublic ? [] : shared.Unauthenticated),
    ...(isPublic ? [] : isForAdmins ? shared.AdministratorsOnly : shared.Forbidden),
    ...shared.AddressTooLong,
    ...shared.Invalid,
    ...(OPERATORS_PATHS.has(path) ? [] : shared.RateLimited),
    ...(changes ? [...shared.TooLarge, ...shared.UnsupportedMediaType] : []),
    ...shared.ServerError,
    ...shared.Unavailable,
  ];
}
