import { FakeGemini } from '../../backend/test/fakes/gemini/fake-gemini.mjs';
import { FakeHuggingFace } from '../../backend/test/fakes/huggingface/fake-huggingface.mjs';
import { FakeImageServer } from '../../backend/test/fakes/openai-compatible/fake-image-server.mjs';
import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import type { Environment } from './server-process.js';

/** The key that each vendor has issued; the end of each is its own. */
export const VENDOR_KEYS = {
  openai: 'sk-journey-canary-0pA1',
  huggingface: 'hf_journey-canary-hU66',
  gemini: 'AIza-journey-canary-g3Mi',
  openai_compatible: 'own-journey-canary-0wn5',
} as const;

/** A vendor of each kind on this machine. */
export interface Vendors {
  readonly openai: FakeOpenAI;
  readonly huggingface: FakeHuggingFace;
  readonly gemini: FakeGemini;
  readonly openaiCompatible: FakeImageServer;
  stop(): Promise<void>;
}

export async function startVendors(): Promise<Vendors> {
  const [openai, huggingface, gemini, openaiCompatible] = await Promise.all([
    FakeOpenAI.start({ apiKey: VENDOR_KEYS.openai }),
    FakeHuggingFace.start({ apiKey: VENDOR_KEYS.huggingface }),
    FakeGemini.start({ apiKey: VENDOR_KEYS.gemini }),
    FakeImageServer.start({ apiKey: VENDOR_KEYS.openai_compatible }),
  ]);
  const fakes = [openai, huggingface, gemini, openaiCompatible];
  return {
    openai,
    huggingface,
    gemini,
    openaiCompatible,
    stop: async () => {
      await Promise.all(fakes.map((fake) => fake.stop()));
    },
  };
}

/** What lets a server reach them. OpenAI's address is left to be set in the console. */
export function reaching({ huggingface, gemini, openaiCompatible }: Vendors): Environment {
  return {
    OUTBOUND_ALLOW: '127.0.0.1',
    HUGGINGFACE_BASE_URL: huggingface.baseUrl,
    GEMINI_BASE_URL: gemini.baseUrl,
    OPENAI_COMPATIBLE_BASE_URL: openaiCompatible.baseUrl,
  };
}
