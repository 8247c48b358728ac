import type * as S3 from '@aws-sdk/client-s3';
import type { S3Configuration } from '../../../platform/config/index.js';
import { S3RequestError, s3RequestError } from './s3-errors.js';

/** How long the store may take; a request is tried again within its deadline, at most so often. */
export interface S3Limits {
  readonly connectMs: number;
  /** From a request's beginning to the head of its answer, so that an upload is part of it. */
  readonly answerMs: number;
  /** For all attempts and the pauses between them. */
  readonly operationMs: number;
  /** A download in which nothing comes for so long, although somebody reads, is given up. */
  readonly silenceMs: number;
  readonly attempts: number;
}

export const S3_LIMITS: S3Limits = {
  connectMs: 3_000,
  answerMs: 20_000,
  operationMs: 45_000,
  silenceMs: 15_000,
  attempts: 3,
};

/** Many people may download slowly at the same time, and each of them holds a connection. */
const MAX_CONNECTIONS = 256;

/** AWS's client, and what it takes to send with it. */
export interface S3Connection {
  readonly sdk: typeof S3;
  readonly bucket: string;
  readonly limits: S3Limits;
  /**
   * Sends one request, within the limits.
   * @throws S3RequestError, or what the signal was aborted with
   */
  send<Output>(
    operation: string,
    request: (client: S3.S3Client, abortSignal: AbortSignal) => Promise<Output>,
    signal: AbortSignal | undefined,
  ): Promise<Output>;
}

export async function connectS3(configuration: S3Configuration, limits: S3Limits): Promise<S3Connection> {
  // Loaded where it is needed: most installations keep their images on the local disk.
  const sdk = await import('@aws-sdk/client-s3');
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, isPathStyle } = configuration;
  const client = new sdk.S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: isPathStyle,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: limits.attempts,
    retryMode: 'standard',
    // Asking for leave before an upload would cost a connection of its own each time.
    expectContinueHeader: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      throwOnRequestTimeout: true,
      // Silence is noticed where the download is read: a slow reader is none.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
    },
  });
  return {
    sdk,
    bucket,
    limits,
    async send(operation, request, signal) {
      signal?.throwIfAborted();
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), limits.operationMs);
      try {
        return await request(client, signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (deadline.signal.aborted) throw new S3RequestError(operation, 'DeadlineExceeded', undefined);
        throw s3RequestError(operation, error);
      } finally {
        // What follows is a download, which has a time limit of its own.
        clearTimeout(timer);
      }
    },
  };
}
