import { OutboundError, type OutboundFailure } from '../../../platform/outbound/index.js';
import { ProviderError, type ProviderErrorCategory } from '../provider-error.js';

interface Meaning {
  readonly category: ProviderErrorCategory;
  /** What an administrator has to see to, since waiting does not help: follows the vendor's name. */
  readonly trouble?: string;
}

/** What a request that was not answered means. */
const MEANINGS: Readonly<Record<OutboundFailure, Meaning>> = {
  refused: { category: 'provider_unavailable', trouble: 'is at an address that must not be reached' },
  unresolved: { category: 'provider_unavailable', trouble: 'is at an address that does not exist' },
  insecure: { category: 'provider_unavailable', trouble: 'has no connection that is secure' },
  unreachable: { category: 'provider_unavailable' },
  timeout: { category: 'timeout' },
  aborted: { category: 'timeout' },
  too_large: { category: 'bad_response' },
  cut_off: { category: 'bad_response' },
};

/** Whatever a call to a vendor ended with, as the one error that adapters reject with. */
export function toProviderError(error: unknown, vendorLabel: string): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof OutboundError)) return new ProviderError('provider_unavailable', { cause: error });
  const { category, trouble } = MEANINGS[error.failure];
  return new ProviderError(category, {
    ...(trouble && { retryable: false, message: `${vendorLabel} ${trouble}. Tell your administrator.` }),
    providerCode: error.code,
    cause: error,
  });
}
