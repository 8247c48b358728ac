import { describe, expect, it } from '@jest/globals';
import { describePromptEnhancer } from '../../testing/prompt-enhancer.suite.js';
import { NO_ENHANCER_SETUP } from '../../testing/setups.js';
import { MockEnhancer } from './mock.enhancer.js';

const enhancer = new MockEnhancer({ directives: false });
const never = (): AbortSignal => new AbortController().signal;

describePromptEnhancer('The mock', {
  enhancer,
  setup: () => NO_ENHANCER_SETUP,
  broken: { enhancer: new MockEnhancer({ directives: true }), prompt: 'A fox [mock:fail=provider_unavailable]' },
});

describe('MockEnhancer', () => {
  it('keeps the words of the prompt in front, and adds the same to the same prompt', async () => {
    const once = await enhancer.enhance('  A fox in the snow ', NO_ENHANCER_SETUP, never());
    expect(once.text.startsWith('A fox in the snow, ')).toBe(true);
    expect(await enhancer.enhance('A fox in the snow', NO_ENHANCER_SETUP, never())).toEqual(once);
    expect((await enhancer.enhance('A fox in the rain', NO_ENHANCER_SETUP, never())).text).not.toBe(
      once.text.replace('snow', 'rain'),
    );
  });

  it('begins a new sentence after one that is complete', async () => {
    const { text } = await enhancer.enhance('A fox in the snow.', NO_ENHANCER_SETUP, never());
    expect(text).toMatch(/^A fox in the snow\. [A-Z]/);
  });

  it('adds nothing to a prompt that has no room left', async () => {
    const long = Array.from({ length: 150 }, () => 'fox').join(' ');
    expect((await enhancer.enhance(long, NO_ENHANCER_SETUP, never())).text).toBe(long);
  });

  it('leaves directives alone unless they are switched on', async () => {
    const { text } = await enhancer.enhance('A fox [mock:fail=timeout]', NO_ENHANCER_SETUP, never());
    expect(text).toContain('[mock:fail=timeout]');
    const obedient = new MockEnhancer({ directives: true });
    await expect(obedient.enhance('A fox [mock:fail=timeout]', NO_ENHANCER_SETUP, never())).rejects.toMatchObject({
      category: 'timeout',
    });
  });
});
