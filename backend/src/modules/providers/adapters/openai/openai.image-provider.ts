import { randomBytes } from 'node:crypto';
import { GENERATION_MAX_COUNT, type ProviderStatus, TIERS } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import {
  type OutboundAnswer,
  OutboundError,
  type OutboundFailure,
  type OutboundHttp,
} from '../../../../platform/outbound/index.js';
import type {
  ImageProvider,
  ImageProviderCapabilities,
  ImageRequest,
  PixelSize,
  ProviderImage,
} from '../../image-provider.js';
import { ProviderError, type ProviderErrorOptions, type ProviderErrorCategory } from '../../provider-error.js';
import type { ProviderMetrics } from '../../provider-metrics.js';
import { workStopped } from '../../work-stopped.js';
import { readDelivery } from './openai-delivery.js';
import { requestIdOf } from './openai-headers.js';
import { type ImageOrder, OPENAI_ASPECT_RATIOS, OPENAI_SQUARE_EDGES, imageOrder } from './openai-orders.js';
import { refusalError } from './openai-refusals.js';

export interface OpenAIOptions {
  /** Undefined: nobody has set it up. */
  readonly apiKey: string | undefined;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** Room for what comes with an image: its metadata in the file, the JSON around it. */
const EXTRA_BYTES = 1024 * 1024;

/** What waiting does not help against. */
const needsAdministrator = (message: string): ProviderErrorOptions => ({
  retryable: false,
  message: `${message} Tell your administrator.`,
});

/** What a request that was not answered means. */
const FAILURES: Record<OutboundFailure, readonly [ProviderErrorCategory, ProviderErrorOptions]> = {
  refused: ['provider_unavailable', needsAdministrator("OpenAI's address is one that must not be reached.")],
  unresolved: ['provider_unavailable', needsAdministrator("OpenAI's address does not exist.")],
  insecure: ['provider_unavailable', needsAdministrator('The connection to OpenAI is not secure.')],
  unreachable: ['provider_unavailable', {}],
  timeout: ['timeout', {}],
  aborted: ['timeout', {}],
  too_large: ['bad_response', {}],
  cut_off: ['bad_response', {}],
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
    if (signal.aborted) throw workStopped(signal);
    const order = imageOrder(request.tier, request.aspectRatio);
    try {
      const answer = await this.#ask(request.prompt, order, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer);
      const { bytes, revisedPrompt, usage } = readDelivery(answer);
      if (usage) this.metrics.used(this.key, order.model, usage);
      return {
        bytes,
        revisedPrompt,
        jobId: requestIdOf(answer.headers) ?? `openai-${randomBytes(6).toString('hex')}`,
        model: order.model,
        seed: null,
      };
    } catch (error) {
      throw this.#failure(error, order, signal);
    }
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

  #failure(error: unknown, { model }: ImageOrder, signal: AbortSignal): ProviderError {
    if (signal.aborted) return workStopped(signal);
    const failure = toProviderError(error);
    const { category, httpStatus, providerCode, requestId } = failure;
    // What an administrator needs to know, and none of the vendor's own words.
    this.#logger.warn({ category, httpStatus, providerCode, requestId, model }, 'OpenAI did not deliver an image');
    return failure;
  }
}

/** The most that an honest answer can have: not even packed, four bytes a pixel, and that as base64. */
function maxAnswerBytes({ width, height }: PixelSize): number {
  return Math.ceil(((width * height * 4 + EXTRA_BYTES) * 4) / 3);
}

function toProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof OutboundError)) return new ProviderError('provider_unavailable', { cause: error });
  const [category, options] = FAILURES[error.failure];
  return new ProviderError(category, { ...options, providerCode: error.code, cause: error });
}
