import { DomainError } from '../../../platform/errors/index.js';
import { errorCodeOf } from '../error-code.js';
import { objectNotFound, storageFull, storageUnavailable } from '../storage.errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** ELOOP: the last part of the path is a link. ENOTDIR: a part in its middle is not a folder. */
const ABSENT = new Set(['ENOENT', 'ELOOP', 'ENOTDIR']);

/** What a client may be told about an error of the file system; an abort stays what it is. */
export function storageErrorOf(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof DomainError || signal?.aborted) return error;
  const code = errorCodeOf(error);
  if (code !== undefined && FULL.has(code)) return storageFull(error);
  if (code !== undefined && ABSENT.has(code)) return objectNotFound(error);
  return storageUnavailable(error);
}
