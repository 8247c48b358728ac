/**
 * How each provider is set up for its fake.
 * @typedef {object} Provider
 * @property {string} fake the fake's folder
 * @property {string} module
 * @property {string} name of the adapter's class
 * @property {boolean} countsTokens whether it is given the metrics
 * @property {string} path what follows the fake's origin in the base URL
 * @property {Record<string, string>} settings other than those of a new installation
 */

/** @type {Record<string, Provider>} */
export const PROVIDERS = {
  openai: {
    fake: 'openai',
    module: 'openai/openai.image-provider.js',
    name: 'OpenAIImageProvider',
    countsTokens: true,
    path: '/v1',
    settings: {},
  },
  gemini: {
    fake: 'gemini',
    module: 'gemini/gemini.image-provider.js',
    name: 'GeminiImageProvider',
    countsTokens: true,
    path: '',
    settings: {},
  },
  huggingface: {
    fake: 'huggingface',
    module: 'huggingface/huggingface.image-provider.js',
    name: 'HuggingFaceImageProvider',
    countsTokens: false,
    path: '',
    settings: { provider_huggingface_premium2_model: 'together:black-forest-labs/FLUX.2-dev' },
  },
  openai_compatible: {
    fake: 'openai-compatible',
    module: 'openai-compatible/openai-compatible.image-provider.js',
    name: 'OpenAICompatibleImageProvider',
    countsTokens: false,
    path: '/v1',
    settings: {
      provider_openai_compatible_standard_model: 'Qwen/Qwen-Image',
      provider_openai_compatible_premium2_model: 'Qwen/Qwen-Image',
    },
  },
};
