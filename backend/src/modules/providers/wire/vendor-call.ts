import type { Logger } from '@nestjs/common';
import type { ProviderError } from '../provider-error.js';
import { workStopped } from '../work-stopped.js';
import { toProviderError } from './outbound-failures.js';

export interface VendorCall {
  readonly vendorLabel: string;
  readonly logger: Logger;
  /** What the vendor is to do; completes "OpenAI did not …". */
  readonly purpose: string;
  readonly model?: string;
}

/**
 * Makes a call to a vendor.
 * @throws ProviderError whatever goes wrong; unless the call was called off, an administrator finds it in the log
 */
export async function callVendor<Result>(
  call: VendorCall,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  if (signal.aborted) throw workStopped(signal);
  try {
    return await work();
  } catch (error) {
    throw failureOf(error, call, signal);
  }
}

function failureOf(
  error: unknown,
  { vendorLabel, logger, purpose, model }: VendorCall,
  signal: AbortSignal,
): ProviderError {
  if (signal.aborted) return workStopped(signal);
  const failure = toProviderError(error, vendorLabel);
  const { category, httpStatus, providerCode, requestId } = failure;
  // What an administrator needs to know, and none of the vendor's own words.
  logger.warn({ category, httpStatus, providerCode, requestId, model }, `${vendorLabel} did not ${purpose}`);
  return failure;
}
