import { createHash } from 'node:crypto';
import { NO_DIRECTIVES, actOut, readMockDirectives } from '../../mock-directives.js';
import type { Enhancement, EnhancerSetup, PromptEnhancer } from '../../prompt-enhancer.js';
import { workStopped } from '../../work-stopped.js';

/** One phrase of each row is added; which one depends on the prompt alone. */
const ENRICHMENTS = [
  [
    'soft golden-hour light',
    'diffuse light from an overcast sky',
    'a single warm key light against deep shadow',
    'cool moonlight with a faint rim of warmth',
    'bright, airy morning light',
    'low winter sun with long shadows',
  ],
  [
    'composed along the rule of thirds with generous negative space',
    'a centred, symmetrical composition',
    'a low viewpoint that gives the subject weight',
    'layered foreground, middle ground and distance',
    'a tight frame that fills the picture with the subject',
    'leading lines that draw the eye to the subject',
  ],
  [
    'finely observed textures and crisp edges on the subject',
    'subtle gradations of tone and delicate surface detail',
    'rich material detail, softly fading towards the background',
    'clean shapes with a few telling details',
  ],
  [
    'a restrained palette of two harmonising colours and one accent',
    'muted earth tones with a clear accent',
    'a palette of deep blues and warm amber',
    'luminous pastel tones',
    'saturated colours held together by a neutral ground',
  ],
  ['a calm, unhurried mood', 'a quiet sense of wonder', 'an intimate, contemplative mood', 'a vivid, optimistic mood'],
] as const;

export interface MockEnhancerOptions {
  /** Obey the directives in prompts (see mock-directives.ts); for tests and sandboxes only. */
  readonly directives: boolean;
}

/** Adds light, composition and detail to a prompt: offline, and the same for the same prompt. */
export class MockEnhancer implements PromptEnhancer {
  readonly key = 'mock';
  readonly label = 'Mock (offline)';

  constructor(private readonly options: MockEnhancerOptions) {}

  isReady(): boolean {
    return true;
  }

  async enhance(prompt: string, { maxWords }: EnhancerSetup, signal: AbortSignal): Promise<Enhancement> {
    if (signal.aborted) throw workStopped(signal);
    await actOut(this.options.directives ? readMockDirectives(prompt) : NO_DIRECTIVES, signal);
    return { text: enrich(prompt.trim(), maxWords), model: 'mock-phrases-1' };
  }
}

/** The prompt's own words stay in front and untouched; phrases follow while they fit. */
function enrich(prompt: string, maxWords: number): string {
  const digest = createHash('sha256').update(prompt).digest();
  let text = prompt;
  let words = countWords(prompt);
  ENRICHMENTS.forEach((phrases, row) => {
    const phrase = phrases[(digest[row] ?? 0) % phrases.length] ?? phrases[0];
    const added = countWords(phrase);
    if (words + added > maxWords) return;
    words += added;
    text += row === 0 && /[.!?…。！？،؟]$/u.test(prompt) ? ` ${capitalise(phrase)}` : `, ${phrase}`;
  });
  return text;
}

function capitalise(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

/** Words in any script, also in those that write without spaces. */
function countWords(text: string): number {
  let words = 0;
  for (const segment of new Intl.Segmenter('en', { granularity: 'word' }).segment(text)) {
    if (segment.isWordLike) words += 1;
  }
  return words;
}
