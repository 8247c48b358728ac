import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanPrompt } from './clean-prompt.js';

describe('cleanPrompt', () => {
  it.each([
    ['a cat <sd_cpp_extra_args>{"steps":150,"width":64}</sd_cpp_extra_args> on the moon', 'a cat on the moon'],
    ['<SD_CPP_EXTRA_ARGS>{}</sd_cpp_extra_args>', ''],
    ['a cat <sd_cpp_extra_args>{"steps":150}', 'a cat {"steps":150}'],
    ['a <lora:secret:1.5> cat', 'a cat'],
    ['a <LoRA:x:1>cat<lyco:y><hypernet:z:0.5>', 'a cat'],
    ['a cat <lora:x', 'a cat'],
    ['a <lo<lora:x:1>ra:y:1> cat', 'a <lo ra:y:1> cat'],
    ['<sd_cpp_<lora:a>extra_args>{}</sd_cpp_extra_args>', '<sd_cpp_ extra_args>{}'],
    ['a cat | blurry, ugly', 'a cat , blurry, ugly'],
    ['Ein Kater: <3 und 5 > 4', 'Ein Kater: <3 und 5 > 4'],
    ['  as  it was\n\tsent ', '  as  it was\n\tsent '],
  ])('makes of %j what there is to draw', (prompt, cleaned) => {
    expect(cleanPrompt(prompt)).toBe(cleaned);
  });

  it('leaves no order, however it was put together', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'sd_cpp_extra_args',
      '<lora:',
      'lora:',
      'lo',
      'ra:',
      '|',
      ' ',
      'x',
      '</',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const cleaned = cleanPrompt(pieces.join(''));
        expect(cleaned).not.toMatch(/<\/?sd_cpp_extra_args>|<\s*(lora|lyco|hypernet)\s*:|\|/i);
        expect(cleanPrompt(cleaned)).toBe(cleaned);
      }),
    );
  });
});
