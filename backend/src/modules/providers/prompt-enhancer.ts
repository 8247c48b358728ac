import type { VendorConnection } from './connections/vendor-connection.js';
import type { ConnectionReport } from './image-provider.js';

/** What an administrator has decided about an enhancer, and with what it is reached; read anew for each use. */
export interface EnhancerSetup {
  /** Undefined: the vendor has no address yet, or the enhancer needs none, as the mock. */
  readonly connection: VendorConnection | undefined;
  readonly model: string;
  /** What the model is told to do with the prompt. */
  readonly instruction: string;
  /** Most words that an enhancement may have. */
  readonly maxWords: number;
}

export interface Enhancement {
  readonly text: string;
  readonly model: string;
}

/** The port: anything that can make a prompt richer without changing what it asks for. */
export interface PromptEnhancer {
  readonly key: string;
  readonly label: string;
  /** Whether it could answer now: configured and reachable as far as is known. */
  isReady(setup: EnhancerSetup): boolean;
  /** @throws ProviderError whatever goes wrong, always with a category */
  enhance(prompt: string, setup: EnhancerSetup, signal: AbortSignal): Promise<Enhancement>;
  /**
   * Asks the vendor whether key and address work.
   * @throws ProviderError
   */
  test?(setup: EnhancerSetup, signal: AbortSignal): Promise<ConnectionReport>;
}
