import { describe, expect, it } from '@jest/globals';
import { labelText, wrapText } from './label-text.js';

/** Every character as wide as any other, as in a typewriter. */
const measure = (text: string): number => Array.from(text).length;

describe('labelText', () => {
  it('keeps a short prompt as it is', () => {
    expect(labelText('A fox in the snow')).toBe('A fox in the snow');
  });

  it('takes the first fifty characters of a long one', () => {
    expect(labelText('x'.repeat(51))).toBe('x'.repeat(50));
  });

  it.each(['👨‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽', '🇩🇪', 'é', 'क्षि'])('never cuts %s in two', (character) => {
    expect(labelText(character.repeat(60))).toBe(character.repeat(50));
  });

  it('puts several lines on one', () => {
    expect(labelText(' one\n two\t\tthree ')).toBe('one two three');
  });

  it('does not let a stack of accents grow over the picture', () => {
    expect(labelText(`a${'\u0301'.repeat(5_000)}b`)).toBe(`a${'\u0301'.repeat(15)}b`);
  });
});

describe('wrapText', () => {
  it('breaks between words, and counts what already stands on the first line', () => {
    expect(wrapText('one two three four', 10, 6, measure)).toEqual(['one', 'two three', 'four']);
  });

  it('keeps punctuation with the word before it', () => {
    expect(wrapText('a storm, sea', 7, 0, measure)).toEqual(['a', 'storm,', 'sea']);
    expect(wrapText('荒れた海、灯台', 4, 0, measure)).toEqual(['荒れた', '海、灯台']);
  });

  it('breaks a word that is too long by itself', () => {
    expect(wrapText('abcdefghijk', 4, 0, measure).join('')).toBe('abcdefghijk');
  });

  it('breaks scripts that write without spaces', () => {
    const text = '嵐の中の灯台と荒れた海';
    const lines = wrapText(text, 6, 2, measure);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe(text);
  });

  it('fits every line', () => {
    const lines = wrapText('A very long lighthouse-keeper’s tale 👨‍👩‍👧‍👦 told twice', 14, 6, measure);
    lines.forEach((line, index) => expect(measure(line)).toBeLessThanOrEqual(index === 0 ? 8 : 14));
  });
});
