import type { VendorKey } from '@atelier/contracts';
import { OutboundPolicy } from '../outbound/outbound-policy.js';
import type { Variables } from './variables.js';

/** What the environment says of one vendor. */
export interface VendorVariables {
  readonly apiKey: string | undefined;
  /** Without a slash at the end. */
  readonly baseUrl: string | undefined;
}

export function vendorVariables(variables: Variables): Readonly<Record<VendorKey, VendorVariables>> {
  const of = (apiKey: string | undefined, baseUrl: string | undefined): VendorVariables => ({
    apiKey,
    baseUrl: baseUrl?.replace(/\/+$/, ''),
  });
  return {
    openai: of(variables.OPENAI_API_KEY, variables.OPENAI_BASE_URL),
    huggingface: of(variables.HUGGINGFACE_API_KEY, variables.HUGGINGFACE_BASE_URL),
    gemini: of(variables.GEMINI_API_KEY, variables.GEMINI_BASE_URL),
    openai_compatible: of(variables.OPENAI_COMPATIBLE_API_KEY, variables.OPENAI_COMPATIBLE_BASE_URL),
    ollama: of(undefined, variables.OLLAMA_BASE_URL),
  };
}

const ADDRESSES = [
  'OPENAI_BASE_URL',
  'HUGGINGFACE_BASE_URL',
  'GEMINI_BASE_URL',
  'OPENAI_COMPATIBLE_BASE_URL',
  'OLLAMA_BASE_URL',
] as const;

/** An address that every request would be refused for is better found at the start. */
export function unreachableVendors(variables: Variables): string[] {
  const policy = new OutboundPolicy(variables.OUTBOUND_ALLOW);
  return ADDRESSES.flatMap((name) => {
    const address = variables[name];
    try {
      if (address !== undefined) policy.checkUrl(address);
      return [];
    } catch {
      return [`${name} must begin with https:// and hold no credentials; a private address must be in OUTBOUND_ALLOW.`];
    }
  });
}
