/**
 * Why there is no whole answer.
 * - refused: we don't connect to such an address; nothing was sent
 * - unresolved: the name does not exist
 * - unreachable: no connection, or it ended before an answer
 * - insecure: the other side's certificate or its TLS is not to be trusted
 * - timeout: not in time, however far it had come
 * - aborted: the caller has called it off
 * - too_large: more bytes than the caller would take
 * - cut_off: the answer began, but did not arrive whole
 */
export type OutboundFailure =
  'refused' | 'unresolved' | 'unreachable' | 'insecure' | 'timeout' | 'aborted' | 'too_large' | 'cut_off';

/**
 * A request to another server that came to nothing. It carries neither the request nor what caused it: both hold
 * credentials, and errors end up in logs.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly failure: OutboundFailure,
    /** The system's own code, such as ECONNREFUSED. */
    readonly code?: string,
  ) {
    super(`The request to another server failed: ${failure}${code === undefined ? '' : ` (${code})`}`);
  }
}

const FAILURE_BY_CODE: Readonly<Record<string, OutboundFailure>> = {
  ENOTFOUND: 'unresolved',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ECONNABORTED: 'timeout',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/;

/** The parser of HTTP did not understand what it read. */
const PARSER_CODE = /^HPE_/;

/** @param hasAnswered whether the answer had begun */
export function toOutboundError(error: unknown, hasAnswered: boolean): OutboundError {
  if (error instanceof OutboundError) return error;
  if (error instanceof Error && error.cause instanceof OutboundError) return error.cause;
  const code = codeOf(error);
  if (hasAnswered || (code !== undefined && PARSER_CODE.test(code))) return new OutboundError('cut_off', code);
  if (code === undefined) return new OutboundError('unreachable');
  return new OutboundError(FAILURE_BY_CODE[code] ?? (TLS_CODE.test(code) ? 'insecure' : 'unreachable'), code);
}

/** Codes are short words; anything else might be text that somebody else wrote. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[A-Z0-9_]{1,50}$/.test(error.code) ? error.code : undefined;
}
