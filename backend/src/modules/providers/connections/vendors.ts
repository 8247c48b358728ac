import type { ProviderConnection, VendorKey } from '@atelier/contracts';

/** What is known of a vendor before anybody has set it up. */
export interface Vendor {
  readonly label: string;
  /** Where it is unless somebody says otherwise; a server of one's own is nowhere. */
  readonly baseUrl: string | undefined;
  readonly keyNeed: ProviderConnection['key_need'];
  /** What every key of it begins with, where another one must not even be sent. */
  readonly keyPrefix?: string;
}

export const VENDOR_FACTS: Readonly<Record<VendorKey, Vendor>> = {
  openai: { label: 'OpenAI', baseUrl: 'https://api.openai.com/v1', keyNeed: 'required' },
  huggingface: {
    label: 'Hugging Face',
    baseUrl: 'https://router.huggingface.co',
    keyNeed: 'required',
    // By the vendor's convention any other key belongs to the company behind a model, and would be handed to it.
    keyPrefix: 'hf_',
  },
  gemini: { label: 'Gemini', baseUrl: 'https://generativelanguage.googleapis.com', keyNeed: 'required' },
  openai_compatible: { label: 'OpenAI-compatible server', baseUrl: undefined, keyNeed: 'optional' },
  ollama: { label: 'Ollama', baseUrl: 'http://localhost:11434', keyNeed: 'optional' },
};
