export interface PromptPart {
  readonly text: string;
  /** True when the other text does not have these words here. */
  readonly isChanged: boolean;
}

/** Above this product of word counts an exact comparison would hold up typing; then only the ends are compared. */
const EXACT_LIMIT = 400_000;

/** The words of `text`, grouped by whether they also stand, in the same order, in `other`. Joined, the parts are `text` again. */
export function differences(text: string, other: string): readonly PromptPart[] {
  const words = wordsOf(text);
  const kept = keptWords(words, wordsOf(other));
  const parts: { text: string; isChanged: boolean }[] = [];
  words.forEach((word, index) => {
    const isChanged = !kept[index] && word.trim() !== '';
    const last = parts.at(-1);
    if (last?.isChanged === isChanged) {
      last.text += word;
    } else {
      parts.push({ text: word, isChanged });
    }
  });
  return parts;
}

/** Words and the white space between them. Scripts without spaces are cut at word boundaries of the language. */
function wordsOf(text: string): readonly string[] {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].map(({ segment }) => segment);
}

function keptWords(words: readonly string[], others: readonly string[]): readonly boolean[] {
  const kept = words.map(() => false);
  let start = 0;
  while (start < words.length && start < others.length && words[start] === others[start]) {
    kept[start] = true;
    start++;
  }
  let end = 0;
  while (end < words.length - start && end < others.length - start && words.at(-1 - end) === others.at(-1 - end)) {
    kept[words.length - 1 - end] = true;
    end++;
  }
  const middle = words.slice(start, words.length - end);
  const otherMiddle = others.slice(start, others.length - end);
  if (middle.length * otherMiddle.length <= EXACT_LIMIT) {
    longestCommonPositions(middle, otherMiddle).forEach((position) => (kept[start + position] = true));
  }
  return kept;
}

/** Positions in `words` of a longest common subsequence with `others`. */
function longestCommonPositions(words: readonly string[], others: readonly string[]): readonly number[] {
  const width = others.length + 1;
  const lengths = new Uint32Array((words.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = words.length - 1; row >= 0; row--) {
    for (let column = others.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        words[row] === others[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const positions: number[] = [];
  for (let row = 0, column = 0; row < words.length && column < others.length;) {
    if (words[row] === others[column]) {
      positions.push(row);
      row++;
      column++;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      row++;
    } else {
      column++;
    }
  }
  return positions;
}
