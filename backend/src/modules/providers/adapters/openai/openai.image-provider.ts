import { randomBytes } from 'node:crypto';
import { GENERATION_MAX_COUNT, type ProviderStatus, TIERS } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import type { ImageProvider, ImageProviderCapabilities, ImageRequest, ProviderImage } from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import type { ProviderMetrics } from '../../provider-metrics.js';
import { requestIdOf } from '../../wire/answer-headers.js';
import { maxAnswerBytes } from '../../wire/image-bytes.js';
import { readImagesAnswer } from '../../wire/images-answer.js';
import { type RefusalReader, refusalError, unusable } from '../../wire/refusals.js';
import { callVendor } from '../../wire/vendor-call.js';
import { type ImageOrder, OPENAI_ASPECT_RATIOS, OPENAI_SQUARE_EDGES, imageOrder } from './openai-orders.js';

export interface OpenAIOptions {
  /** Undefined: nobody has set it up. */
  readonly apiKey: string | undefined;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

const READER: RefusalReader = {
  vendorLabel: 'OpenAI',
  // A trouble that has no code of its own.
  judge: (status, { message }) =>
    status === 403 && /must be verified/i.test(message)
      ? {
          category: 'auth_failed',
          message: 'OpenAI wants your organization to be verified before it makes images. Tell your administrator.',
        }
      : undefined,
};

/** OpenAI's image models, one image a call. Nothing is tried twice here: the queue decides about that. */
export class OpenAIImageProvider implements ImageProvider {
  readonly key = 'openai';
  readonly label = 'OpenAI';
  readonly #logger = new Logger(OpenAIImageProvider.name);

  constructor(
    private readonly options: OpenAIOptions,
    private readonly http: OutboundHttp,
    private readonly metrics: ProviderMetrics,
  ) {}

  capabilities(): ImageProviderCapabilities {
    return {
      tiers: TIERS,
      aspectRatios: OPENAI_ASPECT_RATIOS,
      maxCount: GENERATION_MAX_COUNT,
      supportsSeed: false,
      squareEdges: OPENAI_SQUARE_EDGES,
    };
  }

  status(): ProviderStatus {
    return this.options.apiKey === undefined ? 'not_configured' : 'ready';
  }

  async generate(request: ImageRequest, signal: AbortSignal): Promise<ProviderImage> {
    const order = imageOrder(request.tier, request.aspectRatio);
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'deliver an image', model: order.model };
    return callVendor(call, signal, async () => {
      const answer = await this.#ask(request.prompt, order, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer, READER);
      const { image, revisedPrompt, usage } = readImagesAnswer(answer, READER);
      // This vendor always sends the image itself.
      if (!Buffer.isBuffer(image)) throw unusable(answer);
      if (usage) this.metrics.used(this.key, order.model, usage);
      return {
        bytes: image,
        revisedPrompt,
        jobId: requestIdOf(answer.headers) ?? `openai-${randomBytes(6).toString('hex')}`,
        model: order.model,
        seed: null,
      };
    });
  }

  #ask(prompt: string, { model, quality, size, timeoutMs }: ImageOrder, signal: AbortSignal): Promise<OutboundAnswer> {
    const { apiKey, baseUrl } = this.options;
    if (apiKey === undefined) throw new ProviderError('auth_failed', { message: 'OpenAI has not been set up yet.' });
    return this.http.send(
      {
        method: 'POST',
        url: `${baseUrl}/images/generations`,
        headers: { Authorization: `Bearer ${apiKey}` },
        json: {
          model,
          prompt,
          n: 1,
          size: `${size.width}x${size.height}`,
          quality,
          output_format: 'png',
          background: 'opaque',
        },
        // The answer begins when the image is made.
        firstByteTimeoutMs: timeoutMs,
        totalTimeoutMs: timeoutMs,
        maxBytes: maxAnswerBytes(size),
      },
      signal,
    );
  }
}
