export interface Enhancement {
  readonly text: string;
  readonly model: string;
}

/** The port: anything that can make a prompt richer without changing what it asks for. */
export interface PromptEnhancer {
  readonly key: string;
  readonly label: string;
  /** Whether it could answer now: configured and reachable as far as is known. */
  isReady(): boolean;
  /** @throws ProviderError whatever goes wrong, always with a category */
  enhance(prompt: string, signal: AbortSignal): Promise<Enhancement>;
}
