import { withoutChatter } from './chatter.js';
import { insideFence, isListItem, withoutEmphasis, withoutLineMarkers, withoutListMarker } from './markdown.js';
import { withoutQuotes } from './quotes.js';
import { withoutReasoning } from './reasoning.js';
import { type Room, shorten } from './shortening.js';

/** More than any answer of the words that we ask for; what a model goes on to write is not looked at. */
const ANSWER_MAX_LENGTH = 32_000;

/** Cleaning uncovers what there was to clean, such as a label in quotation marks. */
const MAX_ROUNDS = 8;

/** What a text must not hold: controls other than blanks, halves of characters, marks that reorder what is read. */
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]|\p{Cs}/gu;

/**
 * Makes one line of prompt out of what a model has answered: without what it thought, without what it said to the
 * person, without markdown and quotation marks, and no longer than there is room for. Empty when nothing is left.
 */
export function cleanEnhancement(answer: string, room: Room): string {
  let text = withoutReasoning(answer.slice(0, ANSWER_MAX_LENGTH).replace(/\r\n?|[\u2028\u2029]/g, '\n'));
  text = insideFence(text.replace(FORBIDDEN, ''));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const cleaner = shorten(withoutQuotes(withoutEmphasis(inOneLine(text))), room);
    if (cleaner === text) break;
    text = cleaner;
  }
  return text;
}

function inOneLine(text: string): string {
  const lines = text.split('\n').map((line) => withoutEmphasis(withoutLineMarkers(line)));
  return withoutChatter(lines)
    .reduce((joined, line) => joinLine(joined, line), '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Items of a list become clauses of one sentence, lines of a text its sentences. */
function joinLine(text: string, line: string): string {
  const isItem = isListItem(line);
  const words = isItem ? withoutListMarker(line) : line;
  if (text === '' || words === '') return text + words;
  return /[\p{L}\p{N}]$/u.test(text) && isItem ? `${text}, ${words}` : `${text} ${words}`;
}
