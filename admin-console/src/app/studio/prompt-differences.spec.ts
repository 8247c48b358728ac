import { describe, expect, it } from '@jest/globals';
import { differences } from './prompt-differences';

const changed = (text: string, other: string): readonly string[] =>
  differences(text, other)
    .filter((part) => part.isChanged)
    .map((part) => part.text);

describe('differences', () => {
  it('marks only the words that the other text does not have there', () => {
    expect(changed('a red fox, golden light, asleep', 'a red fox asleep')).toEqual([',', 'golden', 'light,']);
    expect(changed('a red fox asleep', 'a red fox, golden light, asleep')).toEqual([]);
  });

  it('gives back the whole text, whatever is compared', () => {
    const text = 'Ein Fuchs\n im Schnee 🦊 雪の中の狐';
    expect(
      differences(text, 'something else entirely')
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('copes with the longest prompts', () => {
    const long = Array.from({ length: 1_600 }, (_, index) => `w${index}`).join(' ');
    const other = Array.from({ length: 1_600 }, (_, index) => `v${index}`).join(' ');
    expect(differences(long, other).some((part) => part.isChanged)).toBe(true);
  });
});
