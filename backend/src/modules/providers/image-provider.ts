import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';
import type { TierSettings, TokenPrices } from '../studio-settings/index.js';
import type { VendorConnection } from './connections/vendor-connection.js';

/** Size of a finished image in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** With what the images of one tier are made. */
export type TierSetup = TierSettings;

/** What an administrator has decided about a provider, and with what it is reached; read anew for each use. */
export interface ProviderSetup {
  /** Undefined: the vendor has no address yet, or the provider needs none, as the mock. */
  readonly connection: VendorConnection | undefined;
  /** A tier that is missing is not offered. */
  readonly tiers: Readonly<Partial<Record<Tier, TierSetup>>>;
  /** Millionths of a US dollar per token by kind, where the vendor bills for tokens. */
  readonly tokenPrices?: TokenPrices;
}

/** What a provider can do; decides what a form offers and what a request may ask. */
export interface ImageProviderCapabilities {
  /** The size of an image by tier and aspect ratio, as far as it is known before; what is missing can't be made. */
  readonly sizes: Readonly<Partial<Record<Tier, ReadonlyMap<AspectRatio, PixelSize>>>>;
  /** Most images that one generation may ask of it. */
  readonly maxCount: number;
  readonly supportsSeed: boolean;
  /** As much of a prompt as its models read, in characters; undefined: no less than anybody may send. */
  readonly maxPromptLength?: number;
}

export interface ProviderDescription {
  readonly status: ProviderStatus;
  readonly capabilities: ImageProviderCapabilities;
}

export interface ImageRequest {
  /** The text to draw: the enhanced prompt if there is one, else the original. */
  readonly prompt: string;
  readonly tier: Tier;
  readonly aspectRatio: AspectRatio;
  readonly seed: number | null;
  /** Tells vendors one person from the other without saying who they are; at most 64 characters. */
  readonly endUserHash: string;
}

/** An image as the provider delivered it. Its bytes are not trusted before they have been inspected. */
export interface ProviderImage {
  readonly bytes: Buffer;
  /** The provider's own name for the work, shown to people as the job id. */
  readonly jobId: string;
  readonly model: string;
  readonly seed: number | null;
  /** The prompt as the provider rewrote it, where it says so. */
  readonly revisedPrompt: string | null;
  /** What the vendor asks for it in millionths of a US dollar, by reported usage or else by the set-up; null: unknown. */
  readonly costMicros: number | null;
}

/** What a vendor answered to a call that only asks whether key and address work. */
export interface ConnectionReport {
  readonly latencyMs: number;
  /** Models that it has, as far as it tells. */
  readonly models: readonly string[];
  /** What an administrator should see to before an image fails, in whole sentences. */
  readonly warnings?: readonly string[];
}

/** As many characters as a handle may have. */
export const HANDLE_MAX_LENGTH = 200;

/**
 * Is told under which handle a vendor has accepted the work, and that it goes on there whoever listens. With the handle the
 * work can be taken up again or called off. It has no secret in it. Never rejects.
 */
export type AcceptanceListener = (handle: string) => Promise<void>;

/** The port: anything that can turn a prompt into one image. Everything that can be decided about it is in its set-up. */
export interface ImageProvider {
  readonly key: string;
  readonly label: string;
  describe(setup: ProviderSetup): ProviderDescription;
  /**
   * Makes one image.
   * @param signal aborts the work: a deadline has passed, the person canceled, or the process stops
   * @param accepted of interest to vendors that keep the work in a queue of theirs
   * @throws ProviderError whatever goes wrong, always with a category
   */
  generate(
    request: ImageRequest,
    setup: ProviderSetup,
    signal: AbortSignal,
    accepted?: AcceptanceListener,
  ): Promise<ProviderImage>;
  /**
   * Waits for work that the vendor accepted for an earlier call, instead of asking for it again.
   * @param handle what that call was told
   * @returns undefined when the vendor knows the work no more, or would be asked for something else today
   * @throws ProviderError whatever goes wrong, also what the work itself has come to
   */
  resume?(
    handle: string,
    request: ImageRequest,
    setup: ProviderSetup,
    signal: AbortSignal,
  ): Promise<ProviderImage | undefined>;
  /**
   * Tells the vendor that nobody wants the work any more. It may be done already.
   * @throws ProviderError
   */
  callOff?(handle: string, setup: ProviderSetup, signal: AbortSignal): Promise<void>;
  /**
   * Asks the vendor whether key and address work, without making an image.
   * @throws ProviderError
   */
  test?(setup: ProviderSetup, signal: AbortSignal): Promise<ConnectionReport>;
}
