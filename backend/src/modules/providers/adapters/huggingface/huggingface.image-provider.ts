import { randomBytes } from 'node:crypto';
import { GENERATION_MAX_COUNT, TIERS, type Tier } from '@atelier/contracts';
import { Logger } from '@nestjs/common';
import type { OutboundHttp } from '../../../../platform/outbound/index.js';
import { offeredSizes } from '../../choice/described-provider.js';
import { imageOrder } from '../../image-order.js';
import {
  type AcceptanceListener,
  type ConnectionReport,
  HANDLE_MAX_LENGTH,
  type ImageProvider,
  type ImageRequest,
  type ProviderDescription,
  type ProviderImage,
  type ProviderSetup,
  type TierSetup,
} from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import { beginsLikeImage } from '../../wire/image-bytes.js';
import { TIER_TIMEOUTS_MS } from '../../wire/tier-timeouts.js';
import { callVendor } from '../../wire/vendor-call.js';
import { HUGGING_FACE } from '../../wire/hugging-face.js';
import { type PinnedModel, readPinned, readPinnedModel } from './pinned-model.js';
import { type RouterAddress, RouterCalls } from './router-calls.js';
import { SUB_PROVIDERS, type SubProviderKey } from './sub-providers/index.js';
import type { SubProviderDelivery, SubProviderOrder } from './sub-providers/sub-provider.js';
import { checkToken } from './token-check.js';

/** Nothing that can be reached through it makes images so large. */
const IMPOSSIBLE: readonly Tier[] = ['premium4'];

const TEST_TIMEOUT_MS = 15_000;

/** Nobody waits for it, and what is not called off then is only paid for. */
const CALL_OFF_TIMEOUT_MS = 5_000;

const FIRST_PAUSE_MS = 100;

/** The router is not where tokens are known; a gateway in its place has to be both. */
const ROUTER_HOST = 'router.huggingface.co';
const HUB_URL = 'https://huggingface.co';

/** What a sub-provider is asked for, and how. */
interface PlacedOrder {
  readonly subProvider: SubProviderKey;
  readonly order: SubProviderOrder;
  readonly calls: RouterCalls;
  /** @throws ProviderError `bad_response` */
  readonly image: (delivery: SubProviderDelivery) => ProviderImage;
}

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

  async generate(
    request: ImageRequest,
    setup: ProviderSetup,
    signal: AbortSignal,
    accepted?: AcceptanceListener,
  ): Promise<ProviderImage> {
    return this.#order(request, setup, signal, async ({ subProvider, order, calls, image }) => {
      const listener: AcceptanceListener = async (handle) => {
        const own = `${subProvider}:${handle}`;
        if (own.length <= HANDLE_MAX_LENGTH) await accepted?.(own);
      };
      return image(await SUB_PROVIDERS[subProvider].make(order, calls, listener));
    });
  }

  async resume(
    handle: string,
    request: ImageRequest,
    setup: ProviderSetup,
    signal: AbortSignal,
  ): Promise<ProviderImage | undefined> {
    const accepted = readPinned(handle);
    return this.#order(request, setup, signal, async ({ subProvider, order, calls, image }) => {
      if (accepted?.subProvider !== subProvider) return undefined;
      const delivery = await SUB_PROVIDERS[subProvider].resume?.(accepted.rest, order, calls);
      return delivery && image(delivery);
    });
  }

  async callOff(handle: string, setup: ProviderSetup, signal: AbortSignal): Promise<void> {
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'call off an image' };
    const accepted = readPinned(handle);
    await callVendor(call, signal, async () => {
      const calls = this.#calls(addressOf(setup), CALL_OFF_TIMEOUT_MS, signal);
      if (accepted) await SUB_PROVIDERS[accepted.subProvider].callOff?.(accepted.rest, calls);
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

  #order<Result>(
    request: ImageRequest,
    setup: ProviderSetup,
    signal: AbortSignal,
    work: (order: PlacedOrder) => Promise<Result>,
  ): Promise<Result> {
    const { model, size, costMicros } = imageOrder(request, possibleSetup(setup), this.label);
    const { subProvider, name } = pinnedModel(model);
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'deliver an image', model };
    const seed = SUB_PROVIDERS[subProvider].supportsSeed ? request.seed : null;
    const image = ({ bytes, jobId = `huggingface-${randomBytes(6).toString('hex')}` }: SubProviderDelivery) => {
      if (!beginsLikeImage(bytes)) throw new ProviderError('bad_response', { requestId: jobId });
      return { bytes, jobId, model, seed, revisedPrompt: null, costMicros };
    };
    return callVendor(call, signal, () => {
      const calls = this.#calls(addressOf(setup), TIER_TIMEOUTS_MS[request.tier], signal);
      return work({ subProvider, order: { model: name, prompt: request.prompt, size, seed }, calls, image });
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
