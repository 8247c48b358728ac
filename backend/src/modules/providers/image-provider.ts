import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';

/** Size of a finished image in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What a provider can do; decides what a form offers and what a request may ask. */
export interface ImageProviderCapabilities {
  readonly tiers: readonly Tier[];
  readonly aspectRatios: readonly AspectRatio[];
  /** Most images that one generation may ask of it. */
  readonly maxCount: number;
  readonly supportsSeed: boolean;
  /** Length of the edges of a square image, in pixels. */
  readonly squareEdges: Readonly<Record<Tier, number>>;
}

export interface ImageRequest {
  /** The text to draw: the enhanced prompt if there is one, else the original. */
  readonly prompt: string;
  readonly tier: Tier;
  readonly aspectRatio: AspectRatio;
  readonly seed: number | null;
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
}

/** The port: anything that can turn a prompt into one image. */
export interface ImageProvider {
  readonly key: string;
  readonly label: string;
  capabilities(): ImageProviderCapabilities;
  status(): ProviderStatus;
  /**
   * Makes one image.
   * @param signal aborts the work: a deadline has passed, the person canceled, or the process stops
   * @throws ProviderError whatever goes wrong, always with a category
   */
  generate(request: ImageRequest, signal: AbortSignal): Promise<ProviderImage>;
}
