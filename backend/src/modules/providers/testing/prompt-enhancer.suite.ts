import { describe, expect, it } from '@jest/globals';
import type { PromptEnhancer } from '../prompt-enhancer.js';
import { ProviderError } from '../provider-error.js';

export interface PromptEnhancerSubject {
  readonly create: () => PromptEnhancer;
  /** Same enhancer, its outside world broken. */
  readonly createBroken: () => PromptEnhancer;
  /** What `createBroken` fails on. */
  readonly brokenPrompt?: string;
}

const PROMPTS = ['A lighthouse in a storm', '夕焼けの海', 'منارة في العاصفة', '🦊'];

/** Words that an enhancement may have, the prompt's own included. */
const MAX_WORDS = 150;

const never = (): AbortSignal => new AbortController().signal;

/** What every enhancer must do, registered as tests of the calling spec. */
export function describePromptEnhancer(name: string, subject: PromptEnhancerSubject): void {
  describe(`${name} as a prompt enhancer`, () => {
    it('is ready, and has a key and a label', () => {
      const enhancer = subject.create();
      expect(enhancer.isReady()).toBe(true);
      expect(enhancer.key).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
      expect(enhancer.label).not.toBe('');
    });

    it.each(PROMPTS)('makes %s richer within its limit of words, in one well-formed text', async (prompt) => {
      const { text, model } = await subject.create().enhance(prompt, never());
      expect(text.length).toBeGreaterThan(prompt.length);
      expect(text.split(/\s+/).length).toBeLessThanOrEqual(MAX_WORDS);
      expect(text).toBe(text.trim());
      expect(text.isWellFormed()).toBe(true);
      expect(model).not.toBe('');
    });

    it('does not start when it has been aborted before', async () => {
      await expect(subject.create().enhance('A fox', AbortSignal.abort())).rejects.toBeInstanceOf(ProviderError);
    });

    it('turns a failure into a ProviderError', async () => {
      const broken = subject.createBroken();
      await expect(broken.enhance(subject.brokenPrompt ?? 'A fox', never())).rejects.toBeInstanceOf(ProviderError);
    });
  });
}
