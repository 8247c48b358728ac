import { GENERATION_MAX_COUNT } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { offeredSizes } from '../../choice/described-provider.js';
import type {
  ConnectionReport,
  ImageProvider,
  ImageRequest,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
} from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import { type ImageOrder, imageOrder } from '../../image-order.js';
import type { ProviderMetrics, TokenUsage } from '../../calls/provider-metrics.js';
import { requestIdOf } from '../../wire/answer-headers.js';
import { maxAnswerBytes } from '../../wire/image-bytes.js';
import { readImagesAnswer } from '../../wire/images-answer.js';
import { ownJobId } from '../../wire/job-id.js';
import { listOpenAIModels } from '../../wire/openai-models.js';
import { type RefusalReader, refusalError, unusable } from '../../wire/refusals.js';
import { TIER_TIMEOUTS_MS } from '../../wire/tier-timeouts.js';
import { callVendor } from '../../wire/vendor-call.js';

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
    private readonly http: OutboundHttp,
    private readonly metrics: ProviderMetrics,
  ) {}

  describe(setup: ProviderSetup): ProviderDescription {
    return {
      status: setup.connection?.apiKey === undefined ? 'not_configured' : 'ready',
      capabilities: { sizes: offeredSizes(setup), maxCount: GENERATION_MAX_COUNT, supportsSeed: false },
    };
  }

  async generate(request: ImageRequest, setup: ProviderSetup, signal: AbortSignal): Promise<ProviderImage> {
    const order = imageOrder(request, setup, this.label);
    const { model } = order;
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'deliver an image', model };
    return callVendor(call, signal, async () => {
      const answer = await this.#ask(request, order, setup, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer, READER);
      const { image, revisedPrompt, usage } = readImagesAnswer(answer, READER);
      // This vendor always sends the image itself.
      if (!Buffer.isBuffer(image)) throw unusable(answer);
      if (usage) this.metrics.used(this.key, model, usage);
      return {
        bytes: image,
        revisedPrompt,
        jobId: requestIdOf(answer.headers) ?? ownJobId(this.key),
        model,
        seed: null,
        costMicros: costOf(usage, setup) ?? order.costMicros,
      };
    });
  }

  test(setup: ProviderSetup, signal: AbortSignal): Promise<ConnectionReport> {
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'pass the test of its connection' };
    return callVendor(call, signal, () => {
      const { baseUrl, headers } = configured(setup);
      return listOpenAIModels(this.http, { baseUrl, headers }, setup, READER, signal);
    });
  }

  #ask(
    { prompt, tier, endUserHash }: ImageRequest,
    { model, quality, size }: ImageOrder,
    setup: ProviderSetup,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const { baseUrl, headers } = configured(setup);
    return this.http.send(
      {
        method: 'POST',
        url: `${baseUrl}/images/generations`,
        headers,
        json: {
          model,
          prompt,
          n: 1,
          size: `${size.width}x${size.height}`,
          ...(quality === null ? {} : { quality }),
          output_format: 'png',
          background: 'opaque',
          safety_identifier: endUserHash,
        },
        // The answer begins when the image is made.
        firstByteTimeoutMs: TIER_TIMEOUTS_MS[tier],
        totalTimeoutMs: TIER_TIMEOUTS_MS[tier],
        maxBytes: maxAnswerBytes(size),
      },
      signal,
    );
  }
}

/** @throws ProviderError `auth_failed` when there is no key */
function configured({ connection }: ProviderSetup): { baseUrl: string; headers: Record<string, string> } {
  if (connection?.apiKey === undefined) {
    throw new ProviderError('auth_failed', { message: 'OpenAI has not been set up yet. Tell your administrator.' });
  }
  return { baseUrl: connection.baseUrl, headers: { Authorization: `Bearer ${connection.apiKey}` } };
}

/** What the tokens cost that the vendor says it will bill for. */
function costOf(usage: TokenUsage | undefined, { tokenPrices }: ProviderSetup): number | undefined {
  const { text_in: textIn, image_out: imageOut } = tokenPrices ?? {};
  if (!usage || textIn === undefined || imageOut === undefined) return undefined;
  return Math.round(usage.inputTokens * textIn + usage.outputTokens * imageOut);
}
