import { OutboundError, type OutboundHttp } from '../../../platform/outbound/index.js';
import { requestInvalid } from '../webhooks.errors.js';

const MAX_LENGTH = 2_000;

/** Why an address is refused, by the code of the error. */
const REFUSALS: Readonly<Record<string, string>> = {
  MALFORMED_URL: 'must be a whole address, such as https://shop.example.com/hooks',
  NOT_ENCRYPTED: 'must begin with https://; only hosts that WEBHOOK_ALLOW or OUTBOUND_ALLOW names are told without TLS',
  PORT: 'has a port that belongs to another service than the web; WEBHOOK_ALLOW can name the host',
  ADDRESS: 'is private; whoever runs the server can allow it with WEBHOOK_ALLOW or OUTBOUND_ALLOW',
  NO_SERVER: 'is never reached: it belongs to the machine or to its cloud',
};

/**
 * The address of a receiver in the one way of writing it. Where its name leads to is found out with each connection.
 * @throws DomainError `request.invalid` for one that no message would be sent to
 */
export function readReceiver(entered: string, outbound: Pick<OutboundHttp, 'checkUrl'>): string {
  try {
    outbound.checkUrl(entered);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw requestInvalid({ path: 'url', message: REFUSALS[error.code ?? ''] ?? 'is not reached' });
  }
  const { href } = new URL(entered);
  // Written out, an address may be longer than it was entered.
  if (href.length > MAX_LENGTH) throw requestInvalid({ path: 'url', message: 'is too long' });
  return href;
}
