import { Inject, Injectable } from '@nestjs/common';
import { OutboundError, type OutboundFailure } from '../../../platform/outbound/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { WebhookAttempt } from '../deliveries/webhook-attempt.entity.js';
import type { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import type { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import { WebhookSecrets } from '../endpoints/webhook-secrets.js';
import { headersOf, signatureOf } from './signature.js';
import { WebhookOutbound } from './webhook-outbound.js';

/** From the look-up of the name to the last byte of the answer. */
const TIMEOUT_MS = 10_000;

/** Nobody wants to read more of what a receiver says, and no more is kept than an excerpt. */
const ANSWER_MAX_BYTES = 16 * 1024;
const EXCERPT_MAX_BYTES = 1024;

/** How an attempt ended. */
export interface AttemptEnd {
  readonly attempt: Omit<WebhookAttempt, 'id' | 'deliveryId'>;
  readonly isDelivered: boolean;
  /** Whether the receiver wants to be told nothing more, for good. */
  readonly isGone: boolean;
  /** How long the receiver wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

const FAILURES: Record<OutboundFailure, string> = {
  refused: 'The address is not reached: it is private, or not https.',
  unresolved: 'The host name does not exist.',
  unreachable: 'No connection, or it ended before an answer.',
  insecure: 'The certificate or the TLS of the receiver is not to be trusted.',
  timeout: 'No whole answer within 10 seconds.',
  aborted: 'Called off.',
  too_large: 'The answer was too large.',
  cut_off: 'The answer did not arrive whole.',
};

/** Sends a message once. */
@Injectable()
export class DeliverySender {
  constructor(
    @Inject(WebhookOutbound) private readonly outbound: Pick<WebhookOutbound, 'send'>,
    @Inject(WebhookSecrets) private readonly secrets: WebhookSecrets,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Never rejects for what happens on the way. */
  async send({ id, body }: WebhookDelivery, endpoint: WebhookEndpoint): Promise<AttemptEnd> {
    const at = this.clock.now();
    const secrets = this.secrets.valid(endpoint, at);
    const signature = signatureOf(id, at, body, secrets);
    const failed = (error: string): AttemptEnd => ({
      attempt: { at, durationMs: this.#since(at), signature, statusCode: null, error, responseExcerpt: null },
      ...{ isDelivered: false, isGone: false, retryAfterMs: undefined },
    });
    if (secrets.length === 0) return failed('The secret can’t be read any more. Rotate it.');
    try {
      const request = {
        ...({ method: 'POST', url: endpoint.url, text: body, headers: headersOf(id, { at, signature }) } as const),
        ...{ firstByteTimeoutMs: TIMEOUT_MS, totalTimeoutMs: TIMEOUT_MS },
        ...({ maxBytes: ANSWER_MAX_BYTES, beyondMaxBytes: 'leave' } as const),
      };
      const answer = await this.outbound.send(request, new AbortController().signal);
      const isDelivered = answer.status >= 200 && answer.status < 300;
      return {
        attempt: {
          ...{ at, durationMs: this.#since(at), signature, statusCode: answer.status },
          error: isDelivered ? null : explain(answer.status),
          responseExcerpt: excerptOf(answer.body, secrets),
        },
        isDelivered,
        isGone: answer.status === 410,
        retryAfterMs: retryAfterOf(answer.headers['retry-after']),
      };
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return failed(FAILURES[error.failure]);
    }
  }

  #since(at: number): number {
    return Math.max(0, this.clock.now() - at);
  }
}

function explain(status: number): string {
  if (status === 410) return 'The receiver is gone for good.';
  return status >= 300 && status < 400 ? 'Redirects are not followed.' : 'Only 2xx means that the message has arrived.';
}

/** The beginning as text, without what a screen or a log could stumble over, and without our secrets if they came back. */
function excerptOf(body: Buffer, secrets: readonly string[]): string {
  const text = body.subarray(0, EXCERPT_MAX_BYTES).toString('utf8');
  const plain = text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '\uFFFD').replace(/\uFFFD+$/, '');
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, 'whsec_…'), plain);
}

/** In seconds; dates are rare, and a clock that is wrong would make them worse than nothing. */
function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
