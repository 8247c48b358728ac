import { describe, expect, it } from '@jest/globals';
import { countWords, shorten } from './shortening.js';

const WIDE = { maxWords: 1_000, maxLength: 10_000 };

describe('shorten', () => {
  it.each([
    ['at the end of a sentence', 'A fox in the snow. It sleeps under a pine, far away.', 7, 'A fox in the snow.'],
    ['at the end of the last whole sentence', 'One two. Three four. Five six seven eight.', 6, 'One two. Three four.'],
    ['right there when a sentence ends there', 'A fox in the snow. It sleeps.', 5, 'A fox in the snow.'],
    [
      'at a clause, when the sentence before it is far',
      'Hm. A fox in the snow, under a pine, far away',
      9,
      'Hm. A fox in the snow, under a pine',
    ],
    ['at a word, when there is no clause', 'a fox that sleeps in the snow', 4, 'a fox that sleeps'],
    ['not after a point within a number', 'A tower of 4.5 metres in the fog of dawn', 5, 'A tower of 4.5 metres'],
    ['at a Japanese sentence', '夕焼けの海。柔らかな光が波に映る。', 7, '夕焼けの海。'],
    ['at an Arabic clause', 'منارة في العاصفة، ضوء دافئ جدا', 5, 'منارة في العاصفة'],
  ])('cuts %s', (_, text, maxWords, expected) => {
    expect(shorten(text, { ...WIDE, maxWords })).toBe(expected);
  });

  it('cuts by length too, and never within a character', () => {
    expect(shorten('A fox in the snow, under a pine', { ...WIDE, maxLength: 20 })).toBe('A fox in the snow');
    const family = '👨‍👩‍👧‍👦';
    expect(shorten(family.repeat(3), { ...WIDE, maxLength: family.length * 2 + 3 })).toBe(family.repeat(2));
    expect(shorten(family, { ...WIDE, maxLength: 3 })).toBe('');
  });

  it('leaves alone what fits', () => {
    for (const text of ['', 'A fox', 'A fox, in the snow,']) expect(shorten(text, WIDE)).toBe(text);
  });
});

describe('countWords', () => {
  it.each([
    ['', 0],
    ['  ', 0],
    ['A state-of-the-art fox', 3],
    ['fox & hen', 3],
    ["the fox's den.", 3],
    ['🦊 🦊', 2],
    ['雪中的红狐', 4],
  ])('counts %j as people do: %d', (text, count) => {
    expect(countWords(text)).toBe(count);
  });
});
