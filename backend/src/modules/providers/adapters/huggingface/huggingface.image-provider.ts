import { randomBytes } from 'node:crypto';
import { GENERATION_MAX_COUNT, TIERS, type Tier } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundHttp } from '../../../../platform/outbound/index.js';
import { offeredSizes } from '../../choice/described-provider.js';
import { imageOrder } from '../../image-order.js';
import type {
  ConnectionReport,
  ImageProvider,
  ImageRequest,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
  TierSetup,
} from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import { beginsLikeImage } from '../../wire/image-bytes.js';
import { TIER_TIMEOUTS_MS } from '../../wire/tier-timeouts.js';
import { callVendor } from '../../wire/vendor-call.js';
import { HUGGING_FACE } from '../../wire/hugging-face.js';
import { type PinnedModel, readPinnedModel } from './pinned-model.js';
import { type RouterAddress, RouterCalls } from './router-calls.js';
import { SUB_PROVIDERS } from './sub-providers/index.js';
import { checkToken } from './token-check.js';

/** Nothing that can be reached through it makes images so large. */
const IMPOSSIBLE: readonly Tier[] = ['premium4'];

const TEST_TIMEOUT_MS = 15_000;

const FIRST_PAUSE_MS = 100;

/** The router is not where tokens are known; a gateway in its place has to be both. */
const ROUTER_HOST = 'router.huggingface.co';
const HUB_URL = 'https://huggingface.co';

/** Hugging Face's Inference Providers, one image a call. Who makes it is a part of the model's name in the settings. */
export class HuggingFaceImageProvider implements ImageProvider {
  readonly key = 'huggingface';
  readonly label = HUGGING_FACE;
  readonly #logger = new Logger(HuggingFaceImageProvider.name);

  constructor(
    private readonly http: OutboundHttp,
    private readonly firstPauseMs = FIRST_PAUSE_MS,
  ) {}

  describe(setup: ProviderSetup): ProviderDescription {
    const possible = possibleSetup(setup);
    const offers = TIERS.flatMap((tier) => possible.tiers[tier] ?? []);
    return {
      status: setup.connection?.apiKey === undefined || offers.length === 0 ? 'not_configured' : 'ready',
      capabilities: {
        sizes: offeredSizes(possible),
        maxCount: GENERATION_MAX_COUNT,
        supportsSeed: offers.length > 0 && offers.every(supportsSeed),
        maxPromptLength: Math.min(...offers.map(({ model }) => promptLengthOf(model))),
      },
    };
  }

  async generate(request: ImageRequest, setup: ProviderSetup, signal: AbortSignal): Promise<ProviderImage> {
    const { model, size, costMicros } = imageOrder(request, possibleSetup(setup), this.label);
    const { subProvider, name } = pinnedModel(model);
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'deliver an image', model };
    return callVendor(call, signal, async () => {
      const calls = this.#calls(addressOf(setup), TIER_TIMEOUTS_MS[request.tier], signal);
      const seed = SUB_PROVIDERS[subProvider].supportsSeed ? request.seed : null;
      const order = { model: name, prompt: request.prompt, size, seed };
      const { bytes, jobId = `huggingface-${randomBytes(6).toString('hex')}` } = await SUB_PROVIDERS[subProvider].make(
        order,
        calls,
      );
      if (!beginsLikeImage(bytes)) throw new ProviderError('bad_response', { requestId: jobId });
      return { bytes, jobId, model, seed, revisedPrompt: null, costMicros };
    });
  }

  test(setup: ProviderSetup, signal: AbortSignal): Promise<ConnectionReport> {
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'answer the test of its connection' };
    return callVendor(call, signal, () => {
      const router = addressOf(setup);
      const isRouter = new URL(router.baseUrl).hostname === ROUTER_HOST;
      const hub = isRouter ? { ...router, baseUrl: HUB_URL } : router;
      return checkToken(this.#calls(router, TEST_TIMEOUT_MS, signal), this.#calls(hub, TEST_TIMEOUT_MS, signal));
    });
  }

  #calls(address: RouterAddress, timeoutMs: number, signal: AbortSignal): RouterCalls {
    return new RouterCalls(this.http, address, { timeoutMs, firstPauseMs: this.firstPauseMs }, signal);
  }
}

/** Diffusion models read 256 or 512 tokens of a prompt, at about four characters each, and draw nothing of the rest. */
function promptLengthOf(model: string): number {
  return /schnell|stable-diffusion/i.test(model) ? 1_000 : 2_000;
}

/** Without the tiers that can't be made, or by nobody that we know how to ask. */
function possibleSetup(setup: ProviderSetup): ProviderSetup {
  const tiers = TIERS.flatMap((tier): [Tier, TierSetup][] => {
    const offer = setup.tiers[tier];
    return offer && !IMPOSSIBLE.includes(tier) && readPinnedModel(offer.model) ? [[tier, offer]] : [];
  });
  return { ...setup, tiers: Object.fromEntries(tiers) };
}

function supportsSeed({ model }: TierSetup): boolean {
  return SUB_PROVIDERS[pinnedModel(model).subProvider].supportsSeed;
}

/** @throws ProviderError `invalid_request` */
function pinnedModel(text: string): PinnedModel {
  const pinned = readPinnedModel(text);
  if (!pinned) throw new ProviderError('invalid_request');
  return pinned;
}

function addressOf({ connection }: ProviderSetup): RouterAddress {
  if (connection?.apiKey === undefined) {
    throw new ProviderError('auth_failed', {
      message: 'Hugging Face has not been set up yet. Tell your administrator.',
    });
  }
  return { baseUrl: connection.baseUrl, apiKey: connection.apiKey };
}
