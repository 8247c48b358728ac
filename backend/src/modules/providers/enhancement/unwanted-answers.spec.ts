import { describe, expect, it } from '@jest/globals';
import { questionAbout } from './question.js';
import { isRefusal, tellsInstruction } from './unwanted-answers.js';

describe('isRefusal', () => {
  it.each([
    "I'm sorry, but I can't help with that request.",
    'I’m sorry, but I can’t assist with that.',
    'Sorry, I cannot create prompts of this kind.',
    'I apologize, but I am unable to rewrite this.',
    'I cannot fulfill this request.',
    "I won't write that.",
    'As an AI language model, I have no opinion on foxes.',
  ])('knows %s', (text) => {
    expect(isRefusal(text)).toBe(true);
  });

  it.each([
    'A card that says "I am sorry, I can not come", watercolour',
    'Sorry-looking dog in the rain, film grain',
    'An unfortunate accident in a pottery, soft light',
    'I, robot: a portrait in chrome',
    'As an air balloon rises over the bay, golden light',
  ])('takes for a prompt: %s', (text) => {
    expect(isRefusal(text)).toBe(false);
  });
});

describe('tellsInstruction', () => {
  const instruction =
    'You improve prompts for an image generator. Rewrite the idea you are given as one vivid prompt in the same ' +
    'language. Keep its subject. Always end with: shot on 35 mm film, muted colours, soft window light, calm mood.';
  const about = (prompt: string) => questionAbout(prompt, { instruction, maxWords: 150 });

  it.each([
    ['all of it', about('a cat').system],
    ['its beginning, in other letters and marks', instruction.slice(0, 70).toUpperCase().replaceAll(' ', ' — ')],
    ['the rules', about('a cat').system.slice(instruction.length)],
    [
      'a part of the rules',
      `A cat. ${about('a cat').system.slice(instruction.length + 120, instruction.length + 260)}`,
    ],
  ])('notices %s', (_, text) => {
    expect(tellsInstruction(text, about('a cat'))).toBe(true);
  });

  it('finds nothing wrong with what the instruction asks for', () => {
    const styled = 'A cat, shot on 35 mm film, muted colours, soft window light, calm mood.';
    expect(tellsInstruction(styled, about('a cat'))).toBe(false);
    expect(tellsInstruction('', about('a cat'))).toBe(false);
    const style = 'shot on 35 mm film, muted colours, soft window light, calm mood, very fine grain';
    const brief = questionAbout('a cat', { instruction: `Rewrite it and end with: ${style}`, maxWords: 150 });
    expect(tellsInstruction(`A cat asleep, ${style}`, brief)).toBe(false);
  });

  it('nor with words that are the person’s own', () => {
    const prompt = `A poster that reads: ${instruction.slice(0, 100)}`;
    expect(tellsInstruction(`${prompt}, in bold letters`, about(prompt))).toBe(false);
  });
});
