import { describe, expect, it } from '@jest/globals';
import { sampleImage } from '../../../testing/generation-fixtures';
import { imageFacts } from './image-facts';

describe('the facts of an image', () => {
  it('tell all that became of the prompt, and who did it', () => {
    const image = sampleImage({
      prompt: 'a fox',
      enhanced_prompt: 'a red fox in snow',
      enhancer: { key: 'huggingface', model: 'meta-llama/Llama-3.1-8B-Instruct' },
      revised_prompt: 'A red fox in fresh snow.',
      provider: 'openai',
    });
    const facts = imageFacts(image).slice(0, 4);
    expect(facts.map(({ label, value }) => [label, value])).toEqual([
      ['Original prompt', 'a fox'],
      ['Enhanced prompt', 'a red fox in snow'],
      ['Enhanced by', 'Hugging Face · meta-llama/Llama-3.1-8B-Instruct'],
      ['Prompt as OpenAI rewrote it', 'A red fox in fresh snow.'],
    ]);
    expect(facts.map(({ isCopyable }) => isCopyable)).toEqual([true, true, false, true]);
  });

  it('say nothing of what did not happen', () => {
    const labels = imageFacts(sampleImage({ revised_prompt: '' })).map(({ label }) => label);
    expect(labels.slice(0, 2)).toEqual(['Original prompt', 'Tier']);
  });
});
