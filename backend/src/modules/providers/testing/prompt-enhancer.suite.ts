import { describe, expect, it } from '@jest/globals';
import type { EnhancerSetup, PromptEnhancer } from '../prompt-enhancer.js';
import { ProviderError } from '../provider-error.js';

export interface PromptEnhancerSubject {
  readonly enhancer: PromptEnhancer;
  /** Healthy and able to answer. Asked for once a test, when the outside world is there. */
  readonly setup: () => EnhancerSetup;
  /** The outside world is broken: by another enhancer, another set-up, or what it is asked. */
  readonly broken: {
    readonly enhancer?: PromptEnhancer;
    readonly setup?: () => EnhancerSetup;
    readonly prompt?: string;
  };
}

const PROMPTS = ['A lighthouse in a storm', '夕焼けの海', 'منارة في العاصفة', '🦊'];

const never = (): AbortSignal => new AbortController().signal;

/** What every enhancer must do, registered as tests of the calling spec. */
export function describePromptEnhancer(name: string, { enhancer, setup, broken }: PromptEnhancerSubject): void {
  describe(`${name} as a prompt enhancer`, () => {
    it('is ready, and has a key and a label', () => {
      expect(enhancer.isReady(setup())).toBe(true);
      expect(enhancer.key).toMatch(/^[a-z][a-z0-9_-]{0,39}$/);
      expect(enhancer.label).not.toBe('');
    });

    it.each(PROMPTS)('makes %s richer within its limit of words, in one well-formed text', async (prompt) => {
      const { text, model } = await enhancer.enhance(prompt, setup(), never());
      expect(text.length).toBeGreaterThan(prompt.length);
      expect(text.split(/\s+/).length).toBeLessThanOrEqual(setup().maxWords);
      expect(text).toBe(text.trim());
      expect(text.isWellFormed()).toBe(true);
      expect(model).not.toBe('');
    });

    it('does not start when it has been aborted before', async () => {
      const outcome = enhancer.enhance('A fox', setup(), AbortSignal.abort());
      await expect(outcome).rejects.toBeInstanceOf(ProviderError);
    });

    it('turns a failure into a ProviderError', async () => {
      const { enhancer: worse = enhancer, setup: worseSetup = setup, prompt = 'A fox' } = broken;
      await expect(worse.enhance(prompt, worseSetup(), never())).rejects.toBeInstanceOf(ProviderError);
    });
  });
}
