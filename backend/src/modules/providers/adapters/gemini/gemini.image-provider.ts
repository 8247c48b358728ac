import { GENERATION_MAX_COUNT } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { offeredSizes } from '../../choice/described-provider.js';
import { type ImageOrder, imageOrder } from '../../image-order.js';
import type {
  ConnectionReport,
  ImageProvider,
  ImageRequest,
  PixelSize,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
} from '../../image-provider.js';
import type { ProviderMetrics } from '../../calls/provider-metrics.js';
import { type GeminiContent, type GeminiUsage, nothingMade, readGeminiContent } from '../../wire/gemini-content.js';
import { geminiHeaders, geminiUrl } from '../../wire/gemini-connection.js';
import { geminiReader } from '../../wire/gemini-refusals.js';
import { beginsLikeImage, maxAnswerBytes } from '../../wire/image-bytes.js';
import { ownJobId } from '../../wire/job-id.js';
import { refusalError, unusable } from '../../wire/refusals.js';
import { TIER_TIMEOUTS_MS } from '../../wire/tier-timeouts.js';
import { callVendor } from '../../wire/vendor-call.js';
import { listGeminiModels } from './gemini-models.js';

/** Drafts come along, and what the model wants to be reminded of, each about as large as an image. */
const DRAFTS_MAX_BYTES = 16 * 1024 * 1024;
const ANSWER_MAX_BYTES = 128 * 1024 * 1024;

/** Google's models that draw, by generateContent: one image a call, nothing tried twice. */
export class GeminiImageProvider implements ImageProvider {
  readonly key = 'gemini';
  readonly label = 'Gemini';
  readonly #logger = new Logger(GeminiImageProvider.name);

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

  generate(request: ImageRequest, setup: ProviderSetup, signal: AbortSignal): Promise<ProviderImage> {
    const order = imageOrder(request, setup, this.label);
    const { model } = order;
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'deliver an image', model };
    return callVendor(call, signal, async () => {
      const answer = await this.#ask(request, order, setup, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer, geminiReader);
      const content = readGeminiContent(answer);
      const { usage, responseId } = content;
      if (usage) {
        const outputTokens = usage.imageTokens + usage.textTokens;
        this.metrics.used(this.key, model, { inputTokens: usage.promptTokens, outputTokens });
      }
      return {
        bytes: lastImage(answer, content),
        jobId: responseId ?? ownJobId(this.key),
        model,
        seed: null,
        revisedPrompt: null,
        costMicros: costOf(usage, setup) ?? order.costMicros,
      };
    });
  }

  test(setup: ProviderSetup, signal: AbortSignal): Promise<ConnectionReport> {
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'pass the test of its connection' };
    return callVendor(call, signal, () => listGeminiModels(this.http, setup, signal));
  }

  #ask(
    { prompt, tier, aspectRatio }: ImageRequest,
    { model, sizeName, size }: ImageOrder,
    { connection }: ProviderSetup,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    return this.http.send(
      {
        method: 'POST',
        url: geminiUrl(connection, `models/${encodeURIComponent(model)}:generateContent`),
        headers: geminiHeaders(connection),
        json: {
          contents: [{ role: 'user', parts: [{ text: prompt }] }],
          generationConfig: {
            // With texts, so that a model that will not draw can say so.
            responseModalities: ['TEXT', 'IMAGE'],
            imageConfig: { aspectRatio, ...(sizeName === null ? {} : { imageSize: sizeName }) },
          },
        },
        // Not a byte comes before the image is made.
        firstByteTimeoutMs: TIER_TIMEOUTS_MS[tier],
        totalTimeoutMs: TIER_TIMEOUTS_MS[tier],
        maxBytes: maxBytesWithDrafts(size),
      },
      signal,
    );
  }
}

/** The last image is the finished one: those before it are drafts, which nobody needs. */
function lastImage(answer: OutboundAnswer, content: GeminiContent): Buffer {
  const last = content.parts.findLast((part) => 'base64' in part);
  if (last === undefined) {
    const isText = content.finishReason === 'STOP' && content.parts.length > 0;
    throw nothingMade(
      answer,
      content,
      isText ? 'Gemini answered in words and drew nothing. Describe a picture.' : undefined,
    );
  }
  const bytes = content.decode(last.base64);
  if (!bytes || !beginsLikeImage(bytes)) throw unusable(answer);
  return bytes;
}

function maxBytesWithDrafts(size: PixelSize): number {
  return Math.min(2 * maxAnswerBytes(size) + DRAFTS_MAX_BYTES, ANSWER_MAX_BYTES);
}

/** What the tokens cost that the vendor says it will bill for, as far as it says what they became. */
function costOf(usage: GeminiUsage | undefined, { tokenPrices }: ProviderSetup): number | undefined {
  const { text_in: textIn, text_out: textOut, image_out: imageOut } = tokenPrices ?? {};
  if (!usage?.imageTokens || textIn === undefined || textOut === undefined || imageOut === undefined) return undefined;
  return Math.round(usage.promptTokens * textIn + usage.textTokens * textOut + usage.imageTokens * imageOut);
}
