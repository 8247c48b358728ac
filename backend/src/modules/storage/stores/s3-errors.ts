import { DomainError } from '../../../platform/errors/index.js';
import { errorCodeOf } from '../error-code.js';
import { ObjectExistsError } from '../object-store.js';
import { objectNotFound, storageFull, storageUnavailable } from '../storage.errors.js';

/** Codes of stores that have no room left; AWS has always some. */
const FULL = new Set(['XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded', 'QuotaExceeded', 'InsufficientStorage']);

/**
 * What is kept of a failed request for the log: its code and status. The client's own error holds the request with its
 * signature and whatever the other side said, which may quote keys.
 */
export class S3RequestError extends Error {
  override readonly name = 'S3RequestError';

  constructor(
    readonly operation: string,
    readonly code: string,
    /** Undefined when there was no answer. */
    readonly status: number | undefined,
    readonly requestId?: string,
  ) {
    super(`${operation} ended with ${code}${status === undefined ? '' : ` (status ${status})`}`);
  }
}

/** Takes the client's error apart. */
export function s3RequestError(operation: string, error: unknown): S3RequestError {
  const { httpStatusCode, requestId } = metadataOf(error);
  return new S3RequestError(operation, codeOf(error), httpStatusCode, requestId);
}

/** What a client may be told about a request that failed; an abort stays what it is. */
export function storageErrorOf(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof DomainError || error instanceof ObjectExistsError) return error;
  if (!(error instanceof S3RequestError)) return storageUnavailable(error);
  if (error.status === 507 || FULL.has(error.code)) return storageFull(error);
  // A bucket that isn't there is no missing image. HEAD has no body, so there its code follows from the status.
  if (error.code === 'NoSuchKey' || error.code === 'NotFound') return objectNotFound(error);
  return storageUnavailable(error);
}

/** Codes are single words; anything else is the other side's prose. */
function codeOf(error: unknown): string {
  const code = errorCodeOf(error);
  if (code !== undefined) return code;
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'UnknownError';
}

function metadataOf(error: unknown): { httpStatusCode: number | undefined; requestId: string | undefined } {
  const nothing = { httpStatusCode: undefined, requestId: undefined };
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return nothing;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return nothing;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  const requestId = 'requestId' in metadata ? metadata.requestId : undefined;
  return {
    httpStatusCode: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}
