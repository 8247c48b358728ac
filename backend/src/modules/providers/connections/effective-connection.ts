import type { ConnectionSource } from '@atelier/contracts';

/** An address and a key, each where there is one. */
interface Given {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
}

export interface EffectiveConnection {
  /** Undefined: none is known. */
  readonly baseUrl: string | undefined;
  readonly baseUrlSource: ConnectionSource | undefined;
  /** The address that applies without the console's. */
  readonly fallbackBaseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly keySource: 'environment' | 'console' | undefined;
}

/**
 * What applies: the console's before the environment's, and that before the default. But a key goes to the address
 * that it was meant for and to no other: where the console has moved a vendor, the environment's key stays at home.
 * @param fromConsole the key is null where there is one that can't be read; no other one stands in for it
 */
export function effectiveConnection(
  defaultBaseUrl: string | undefined,
  environment: Given,
  fromConsole: { readonly baseUrl: string | null; readonly apiKey: string | null | undefined },
): EffectiveConnection {
  const fallbackBaseUrl = environment.baseUrl ?? defaultBaseUrl;
  const baseUrl = fromConsole.baseUrl ?? fallbackBaseUrl;
  const ownKey = baseUrl === fallbackBaseUrl ? environment.apiKey : undefined;
  const hasConsoleKey = fromConsole.apiKey !== undefined;
  const apiKey = hasConsoleKey ? (fromConsole.apiKey ?? undefined) : ownKey;
  const sourceBelow = environment.baseUrl === undefined ? 'default' : 'environment';
  return {
    baseUrl,
    baseUrlSource: fromConsole.baseUrl !== null ? 'console' : baseUrl === undefined ? undefined : sourceBelow,
    fallbackBaseUrl,
    apiKey,
    keySource: hasConsoleKey ? 'console' : apiKey === undefined ? undefined : 'environment',
  };
}
