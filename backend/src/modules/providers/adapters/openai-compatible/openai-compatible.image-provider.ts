import { randomInt } from 'node:crypto';
import { GENERATION_MAX_COUNT, TIERS } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { offeredSizes } from '../../choice/described-provider.js';
import { type ImageOrder, imageOrder } from '../../image-order.js';
import type {
  ConnectionReport,
  ImageProvider,
  ImageRequest,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
} from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import { requestIdOf } from '../../wire/answer-headers.js';
import { beginsLikeImage, maxAnswerBytes, maxImageBytes } from '../../wire/image-bytes.js';
import { readImagesAnswer } from '../../wire/images-answer.js';
import { ownJobId } from '../../wire/job-id.js';
import { listOpenAIModels } from '../../wire/openai-models.js';
import { refusalError, unusable } from '../../wire/refusals.js';
import { callVendor } from '../../wire/vendor-call.js';
import { cleanPrompt } from './clean-prompt.js';
import { SERVER, serverReader } from './server-refusals.js';

/** The team's own cards are as fast as they are, whatever the tier; what waits in their queue waits in this time too. */
const TIMEOUT_MS = 300_000;

/** Servers keep it in 32 bits with a sign. */
const SEED_LIMIT = 2 ** 31;

interface Server {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server of one's own that answers as OpenAI's images/generations does: vLLM-Omni, SGLang, LocalAI, sd.cpp and more. */
export class OpenAICompatibleImageProvider implements ImageProvider {
  readonly key = 'openai_compatible';
  readonly label = 'Own server (OpenAI-compatible)';
  readonly #logger = new Logger(OpenAICompatibleImageProvider.name);

  constructor(private readonly http: OutboundHttp) {}

  describe(setup: ProviderSetup): ProviderDescription {
    const isReady = setup.connection !== undefined && TIERS.some((tier) => setup.tiers[tier]);
    return {
      status: isReady ? 'ready' : 'not_configured',
      capabilities: { sizes: offeredSizes(setup), maxCount: GENERATION_MAX_COUNT, supportsSeed: true },
    };
  }

  generate(request: ImageRequest, setup: ProviderSetup, signal: AbortSignal): Promise<ProviderImage> {
    const order = imageOrder(request, setup, this.label);
    const { model, costMicros } = order;
    const call = { vendorLabel: SERVER, logger: this.#logger, purpose: 'deliver an image', model };
    return callVendor(call, signal, async () => {
      const server = serverOf(setup);
      const prompt = drawable(request.prompt);
      // Always one of ours: some servers take the same for all, and make the same image of the same prompt.
      const seed = (request.seed ?? randomInt(SEED_LIMIT)) % SEED_LIMIT;
      const answer = await this.#ask({ prompt, seed }, order, server, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer, serverReader);
      const { image, revisedPrompt } = readImagesAnswer(answer, serverReader);
      return {
        bytes: Buffer.isBuffer(image) ? image : await this.#fetch(image.url, order, server, signal),
        jobId: requestIdOf(answer.headers) ?? ownJobId(this.key),
        model,
        seed,
        revisedPrompt: revisedPrompt ?? (prompt === request.prompt ? null : prompt),
        costMicros,
      };
    });
  }

  test(setup: ProviderSetup, signal: AbortSignal): Promise<ConnectionReport> {
    const call = { vendorLabel: SERVER, logger: this.#logger, purpose: 'pass the test of its connection' };
    return callVendor(call, signal, () => listOpenAIModels(this.http, serverOf(setup), setup, serverReader, signal));
  }

  #ask(
    { prompt, seed }: { prompt: string; seed: number },
    { model, size }: ImageOrder,
    { baseUrl, headers }: Server,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    return this.http.send(
      {
        method: 'POST',
        url: `${baseUrl}/images/generations`,
        headers,
        // What all of these servers know. What only OpenAI knows, some of them refuse.
        json: { model, prompt, n: 1, size: `${size.width}x${size.height}`, response_format: 'b64_json', seed },
        firstByteTimeoutMs: TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
        maxBytes: maxAnswerBytes(size),
      },
      signal,
    );
  }

  /** Fetches an image that the server has put aside, from that server alone: elsewhere its key has no business, nor we. */
  async #fetch(url: string, { size }: ImageOrder, { baseUrl, headers }: Server, signal: AbortSignal): Promise<Buffer> {
    const here = new URL(`${baseUrl}/`);
    const target = URL.canParse(url, here.href) ? new URL(url, here) : undefined;
    if (target?.origin !== here.origin) {
      throw new ProviderError('bad_response', {
        retryable: false,
        message: `${SERVER} has put the image on another server, and it is only fetched from its own. Tell your administrator.`,
      });
    }
    const answer = await this.http.send(
      {
        method: 'GET',
        url: target.href,
        headers: { ...headers, Accept: 'image/*' },
        firstByteTimeoutMs: TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
        maxBytes: maxImageBytes(size),
      },
      signal,
    );
    if (answer.status !== 200 || !beginsLikeImage(answer.body)) throw unusable(answer);
    return answer.body;
  }
}

/** @throws ProviderError when nobody has said where the server is */
function serverOf({ connection }: ProviderSetup): Server {
  if (connection === undefined) {
    throw new ProviderError('auth_failed', { message: `${SERVER} has not been set up yet. Tell your administrator.` });
  }
  const { baseUrl, apiKey } = connection;
  // Many of these servers want no key.
  return { baseUrl, headers: apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` } };
}

/** @throws ProviderError `content_rejected` when the prompt says nothing to draw */
function drawable(prompt: string): string {
  const cleaned = cleanPrompt(prompt);
  if (cleaned !== '') return cleaned;
  throw new ProviderError('content_rejected', {
    message: 'This prompt only gives orders to the server, and nothing to draw. Describe what the image should show.',
  });
}
