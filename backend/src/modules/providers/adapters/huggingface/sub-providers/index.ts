import type { HUGGING_FACE_SUB_PROVIDERS } from '../../../../studio-settings/index.js';
import { falAi } from './fal-ai.js';
import { hfInference } from './hf-inference.js';
import { nscale } from './nscale.js';
import type { SubProvider } from './sub-provider.js';
import { together } from './together.js';

export type SubProviderKey = (typeof HUGGING_FACE_SUB_PROVIDERS)[number];

/** Those that we know how to ask. A new one is a file, a line here and a name in the settings. */
export const SUB_PROVIDERS: Readonly<Record<SubProviderKey, SubProvider>> = {
  nscale,
  'hf-inference': hfInference,
  together,
  'fal-ai': falAi,
};
