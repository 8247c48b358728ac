/** Characters of the prompt that the label shows, as people count them. */
const MAX_GRAPHEMES = 50;

/** Longest grapheme that is drawn whole. The longest emoji take eleven; only stacks of accents go beyond. */
const MAX_CODE_POINTS = 16;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const words = new Intl.Segmenter('en', { granularity: 'word' });

/** The first fifty characters of a prompt, on one line: neither an emoji nor an accented letter is ever cut in two. */
export function labelText(prompt: string): string {
  let text = '';
  let count = 0;
  for (const { segment } of graphemes.segment(prompt)) {
    if (count === MAX_GRAPHEMES) break;
    count += 1;
    const points = Array.from(segment);
    text += points.length > MAX_CODE_POINTS ? points.slice(0, MAX_CODE_POINTS).join('') : segment;
  }
  return text.replace(/\s+/gu, ' ').trim();
}

/**
 * Breaks a text into lines that fit, between words where it can and between characters where it must.
 * @param firstIndent width that is already taken on the first line
 */
export function wrapText(
  text: string,
  maxWidth: number,
  firstIndent: number,
  measure: (text: string) => number,
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const fits = (candidate: string): boolean =>
    measure(candidate.trimEnd()) <= maxWidth - (lines.length === 0 ? firstIndent : 0);
  const breakLine = (): void => {
    lines.push(line.trimEnd());
    line = '';
  };
  for (const segment of unbreakables(text)) {
    if (fits(line + segment)) {
      line += segment;
      continue;
    }
    if (line !== '' || lines.length === 0) breakLine();
    if (segment.trim() === '') continue;
    for (const { segment: grapheme } of graphemes.segment(segment)) {
      if (line !== '' && !fits(line + grapheme)) breakLine();
      line += grapheme;
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

/** Pieces between which a line may be broken: words with the punctuation that follows them, and the spaces between. */
function unbreakables(text: string): readonly string[] {
  const pieces: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    const last = pieces.at(-1);
    const follows = last !== undefined && last.trim() !== '' && /^[\p{Pe}\p{Pf}\p{Po}]/u.test(segment);
    if (!isWordLike && follows) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}
