export interface Room {
  readonly maxWords: number;
  /** In UTF-16 code units. */
  readonly maxLength: number;
}

/** A cut that leaves less than this share of the room would throw too much away. */
const LEAST_SHARE = 0.5;

const WORDS = new Intl.Segmenter('en', { granularity: 'word' });
const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Scripts that write their words without blanks between them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Where a sentence is over: in scripts that write without blanks the mark alone says so. */
const SENTENCE_ENDS = /[.!?…؟۔।]["'”’»)\]]*(?=\s|$)|[。！？]["'”’»」』)\]]*/gu;
const CLAUSE_ENDS = /[,;:،؛](?=\s|$)|[，、；：]|\s[–—-](?=\s)/gu;
const BLANKS = /\s/gu;

/**
 * Shortens a text to the room there is: at the end of a sentence, else of a clause, else of a word. It is never cut
 * within a character.
 */
export function shorten(text: string, room: Room): string {
  const end = endOfRoom(text, room);
  if (end >= text.length) return text;
  const least = end * LEAST_SHARE;
  const sentence = lastEnd(SENTENCE_ENDS, text, end);
  if (sentence >= least) return text.slice(0, sentence).trimEnd();
  const clause = lastEnd(CLAUSE_ENDS, text, end);
  const blank = lastEnd(BLANKS, text, end);
  const cut = clause >= least ? clause : blank >= least ? blank : end;
  return text.slice(0, cut).replace(/[\s,;:،؛，、；：–—-]+$/u, '');
}

/** Words as people count them: between blanks, and in scripts without blanks as a dictionary has them. */
export function countWords(text: string): number {
  return measure(text, Infinity).words;
}

/** How much of a text there is room for, in code units. */
function endOfRoom(text: string, { maxWords, maxLength }: Room): number {
  const byLength = text.length <= maxLength ? text.length : lastBoundary(text, maxLength);
  return Math.min(byLength, measure(text, maxWords).end);
}

/** @returns how many words there are up to the limit, and where the last of them ends */
function measure(text: string, maxWords: number): { readonly words: number; readonly end: number } {
  let words = 0;
  let isInWord = false;
  for (const { index, segment, isWordLike } of WORDS.segment(text)) {
    const isBlank = segment.trim() === '';
    if (!isBlank && (!isInWord || (isWordLike && UNSPACED.test(segment)))) {
      if (words === maxWords) return { words, end: index };
      words += 1;
    }
    isInWord = !isBlank;
  }
  return { words, end: text.length };
}

function lastBoundary(text: string, maxLength: number): number {
  let end = 0;
  // The segmenter is shown a little more than there is room for: the character at the limit may be a long one.
  for (const { index, segment } of CHARACTERS.segment(text.slice(0, maxLength + 64))) {
    if (index + segment.length > maxLength) break;
    end = index + segment.length;
  }
  return end;
}

function lastEnd(pattern: RegExp, text: string, end: number): number {
  let last = -1;
  // One character more, so that a mark at the very end is seen to be followed by a blank.
  for (const match of text.slice(0, end + 1).matchAll(pattern)) {
    const at = match.index + match[0].length;
    if (at <= end) last = at;
  }
  return last;
}
