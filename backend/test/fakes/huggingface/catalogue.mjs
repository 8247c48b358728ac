// @ts-check

/** @typedef {'nscale' | 'hf-inference' | 'together' | 'fal-ai'} SubProvider */

/**
 * Which models make images with which sub-provider, and what they are called there.
 * @type {Readonly<Record<string, Readonly<Partial<Record<SubProvider, string>>>>>}
 */
export const IMAGE_MODELS = {
  'black-forest-labs/FLUX.1-schnell': {
    nscale: 'black-forest-labs/FLUX.1-schnell',
    together: 'black-forest-labs/FLUX.1-schnell',
    'fal-ai': 'fal-ai/flux/schnell',
  },
  'black-forest-labs/FLUX.1-dev': { 'fal-ai': 'fal-ai/flux/dev' },
  'black-forest-labs/FLUX.2-dev': { together: 'black-forest-labs/FLUX.2-dev', 'fal-ai': 'fal-ai/flux-2' },
  'stabilityai/stable-diffusion-3-medium-diffusers': {
    'hf-inference': 'stabilityai/stable-diffusion-3-medium-diffusers',
  },
};

/** Whether a sub-provider has a model of this name. @param {SubProvider} subProvider @param {string} name */
export function serves(subProvider, name) {
  return Object.values(IMAGE_MODELS).some((names) => names[subProvider] === name);
}

/** Models that can be talked to, with who serves them. @type {Readonly<Record<string, readonly string[]>>} */
export const CHAT_MODELS = {
  'meta-llama/Llama-3.1-8B-Instruct': ['nscale', 'cerebras'],
  'openai/gpt-oss-20b': ['groq', 'together'],
  'Qwen/Qwen3-8B': ['nscale'],
};

/** What may follow the name of a model instead of a sub-provider's. */
const POLICIES = ['fastest', 'cheapest', 'preferred'];

/** Whether the router would find somebody to serve `model`, `model:policy` or `model:sub-provider`. @param {string} model */
export function canChat(model) {
  const [name = '', suffix] = model.split(':');
  const servers = Object.hasOwn(CHAT_MODELS, name) ? CHAT_MODELS[name] : undefined;
  return servers !== undefined && (suffix === undefined || POLICIES.includes(suffix) || servers.includes(suffix));
}

/** The answer of `GET /v1/models`. */
export function chatModelList() {
  const data = Object.entries(CHAT_MODELS).map(([id, servers]) => ({
    id,
    object: 'model',
    created: 1_795_000_000,
    owned_by: id.split('/')[0],
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    providers: servers.map((provider) => ({
      provider,
      status: 'live',
      context_length: 131_072,
      pricing: { input: 0.05, output: 0.08 },
      supports_tools: true,
      supports_structured_output: false,
    })),
  }));
  return { object: 'list', data };
}

/** The answer of `GET /api/models/{id}?expand[]=inferenceProviderMapping`, undefined for a model that is not there. @param {string} id */
export function mappingOf(id) {
  const images = Object.hasOwn(IMAGE_MODELS, id) ? Object.entries(IMAGE_MODELS[id] ?? {}) : [];
  const chats = Object.hasOwn(CHAT_MODELS, id) ? (CHAT_MODELS[id] ?? []) : [];
  if (images.length + chats.length === 0) return undefined;
  return {
    id,
    inferenceProviderMapping: [
      ...images.map(([provider, providerId]) => ({ provider, providerId, status: 'live', task: 'text-to-image' })),
      ...chats.map((provider) => ({ provider, providerId: id, status: 'live', task: 'conversational' })),
    ],
  };
}
