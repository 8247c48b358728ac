import { DomainError } from '../../../platform/errors/index.js';
import { OutboundError } from '../../../platform/outbound/index.js';
import type { Actor } from '../../auth/index.js';
import { ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import type { ReadyEnhancer } from './ready-enhancers.js';

const TELL = 'Tell your administrator.';

/** What people are told; none of it says where the enhancer is or what it answered. */
const REASONS: Record<ProviderErrorCategory, (label: string) => string> = {
  content_rejected: (label) => `${label} declined it.`,
  rate_limited: (label) => `${label} is busy.`,
  quota_exhausted: (label) => `The account at ${label} has no credit left. ${TELL}`,
  auth_failed: (label) => `${label} does not accept our key. ${TELL}`,
  provider_unavailable: (label) => `${label} can't be reached right now.`,
  timeout: (label) => `${label} took too long.`,
  invalid_request: (label) => `${label} did not accept the request. ${TELL}`,
  bad_response: (label) => `${label} answered without a prompt that can be used.`,
};

/** Nobody has set an enhancer up. */
export const notSetUpInWords = (): string => `No enhancer has been set up. ${TELL}`;
export const notSetUp = (): DomainError => unavailable(notSetUpInWords(), false);

/** The error that a failed enhancement is answered with: the prompt is unchanged, and here is why. */
export function enhancementFailure(error: unknown, ready: ReadyEnhancer, user: Actor): DomainError {
  if (!(error instanceof ProviderError)) return unavailable('Something went wrong on our side.', true, error);
  if (error.category === 'content_rejected') return error;
  return unavailable(troubleInWords(error, ready, user), error.retryable, error);
}

/** Why an enhancer failed, in a sentence or two; whoever can see to it is told where to look. */
export function troubleInWords(error: ProviderError, ready: ReadyEnhancer, { role }: Pick<Actor, 'role'>): string {
  return (role === 'admin' ? detailsOf(error, ready) : undefined) ?? REASONS[error.category](ready.enhancer.label);
}

function detailsOf(error: ProviderError, { enhancer, setup }: ReadyEnhancer): string | undefined {
  const { category, httpStatus } = error;
  const address = setup.connection?.baseUrl ?? 'no address';
  const status = httpStatus === undefined ? '' : ` (status ${httpStatus})`;
  if (category === 'auth_failed') return `${enhancer.label} does not accept the key${status}. Enter another one.`;
  if (category === 'invalid_request') {
    return `${enhancer.label} did not accept the request${status}. See whether it has the model ${setup.model}.`;
  }
  if (category !== 'provider_unavailable') return undefined;
  if (httpStatus !== undefined) return `${enhancer.label} at ${address} has trouble${status}.`;
  return unreachable(error, enhancer.label, address);
}

function unreachable({ cause, providerCode }: ProviderError, label: string, address: string): string {
  const code = providerCode === undefined ? '' : ` (${providerCode})`;
  const failure = cause instanceof OutboundError ? cause.failure : 'unreachable';
  if (failure === 'refused') {
    return `${label} is at ${address}, which must not be reached unless OUTBOUND_ALLOW names its host.`;
  }
  if (failure === 'unresolved') return `${label} is at ${address}, and there is no such host.`;
  if (failure === 'insecure') return `The connection to ${label} at ${address} is not secure${code}.`;
  return `${label} does not answer at ${address}${code}.`;
}

function unavailable(reason: string, retryable: boolean, cause?: unknown): DomainError {
  return new DomainError(
    'enhancer.unavailable',
    'unavailable',
    `We couldn't enhance the prompt. ${reason} The prompt is unchanged and you were not charged.`,
    { retryable, cause, retryAfterMs: cause instanceof ProviderError ? cause.retryAfterMs : undefined },
  );
}
