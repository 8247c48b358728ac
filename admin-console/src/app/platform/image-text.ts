import type { Image, Tier } from '@atelier/contracts';

const ALT_PROMPT_LENGTH = 120;
const FILE_NAME_LENGTH = 48;

/** From the smallest to the largest. */
export const TIERS: readonly Tier[] = ['standard', 'premium2', 'premium4'];

const TIER_NAMES: Readonly<Record<Tier, string>> = {
  standard: 'Standard',
  premium2: 'Premium 2',
  premium4: 'Premium 4',
};

/** Names that are written in their owner's way; other providers go by their key. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  huggingface: 'Hugging Face',
  gemini: 'Gemini',
  ollama: 'Ollama',
  openai_compatible: 'Own server (OpenAI-compatible)',
  mock: 'Mock',
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

export function tierName(tier: Tier): string {
  return TIER_NAMES[tier];
}

export function providerName(key: string): string {
  return PROVIDER_NAMES[key] ?? key;
}

/** `1024 × 1536 px` */
export function formatPixels(size: { readonly width: number; readonly height: number }): string {
  return `${size.width} × ${size.height} px`;
}

/** What a screen reader says for a picture. */
export function imageAlt(prompt: string): string {
  const text = prompt.replace(/\s+/g, ' ').trim();
  return `Generated image: ${shorten(text, ALT_PROMPT_LENGTH)}`;
}

/** Name for the downloaded file: the prompt's first words and enough of the id to be unique, e.g. `a-red-fox-3f9a12bc.png`. */
export function imageFileName(image: Pick<Image, 'id' | 'prompt' | 'mime'>): string {
  const words = image.prompt
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const name = shorten(words, FILE_NAME_LENGTH).replace(/-+$/, '') || 'image';
  return `${name}-${image.id.slice(-8)}.${EXTENSIONS[image.mime] ?? 'png'}`;
}

/** Cuts between characters as people see them, never inside one. */
function shorten(text: string, length: number): string {
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return characters.slice(0, length).join('');
}
