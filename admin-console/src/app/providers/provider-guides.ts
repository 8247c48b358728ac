export interface ProviderGuide {
  /** What it is and what it needs. */
  readonly help: string;
  /** Where to get a key; absent where there is none to get. */
  readonly keyPage?: { readonly url: string; readonly name: string };
}

const NO_GUIDE: ProviderGuide = { help: '' };

const GUIDES: Readonly<Record<string, ProviderGuide>> = {
  openai: {
    help: 'OpenAI’s GPT Image models. DALL·E 3 is what this used to be called: OpenAI retired it in May 2026.',
    keyPage: { url: 'https://platform.openai.com/api-keys', name: 'platform.openai.com' },
  },
  huggingface: {
    help:
      'Open models, run by Hugging Face’s inference providers. The token needs the permission ' +
      '“Make calls to Inference Providers”.',
    keyPage: { url: 'https://huggingface.co/settings/tokens', name: 'huggingface.co' },
  },
  gemini: {
    help: 'Google’s Gemini. Its image models are known as Nano Banana.',
    keyPage: { url: 'https://aistudio.google.com/apikey', name: 'aistudio.google.com' },
  },
  openai_compatible: {
    help:
      'A server of your own that speaks OpenAI’s image API: vLLM-Omni, SGLang, LocalAI or stable-diffusion.cpp. ' +
      'A private address has to be named in OUTBOUND_ALLOW.',
  },
  ollama: {
    help:
      'Improves prompts on a machine of your own; it makes no images. ' +
      'A private address has to be named in OUTBOUND_ALLOW.',
  },
  mock: {
    help: 'Draws pictures on this server, without a key and at no cost. Auto uses it only when nothing else is set up.',
  },
};

export function guideOf(provider: string): ProviderGuide {
  return GUIDES[provider] ?? NO_GUIDE;
}
