import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { OutboundHttp, type OutboundAnswer, type OutboundRequest } from '../../../platform/outbound/index.js';

/**
 * The way out for webhooks, whose addresses anybody with an account may enter: what vendors may be reached at, which
 * administrators enter, is not open to them.
 */
@Injectable()
export class WebhookOutbound implements OnApplicationShutdown {
  readonly #outbound: OutboundHttp;

  constructor(
    @Inject(OutboundHttp) outbound: OutboundHttp,
    @Inject(Configuration) { webhookAllow }: Pick<Configuration, 'webhookAllow'>,
  ) {
    this.#outbound = outbound.allowing(webhookAllow);
  }

  /** @throws OutboundError */
  checkUrl(url: string): void {
    this.#outbound.checkUrl(url);
  }

  /** @throws OutboundError */
  send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    return this.#outbound.send(request, signal);
  }

  onApplicationShutdown(): void {
    this.#outbound.onApplicationShutdown();
  }
}
