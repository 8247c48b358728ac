/** What opens a quotation, and what closes it, in the scripts that we know of. */
const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"',
  '“': '”',
  '”': '”',
  '„': '“”',
  "'": "'",
  '‘': '’',
  '‚': '‘',
  '«': '»',
  '»': '«',
  '‹': '›',
  '「': '」',
  '『': '』',
  '`': '`',
  '<': '>',
};

/** Nobody quotes a quotation of a quotation more often. */
const MAX_LEVELS = 4;

/** Takes a text out of quotation marks that stand around all of it. A quotation within it stays. */
export function withoutQuotes(text: string): string {
  let rest = text.trim();
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const inner = unquoted(rest);
    if (inner === undefined) break;
    rest = inner;
  }
  return rest;
}

function unquoted(text: string): string | undefined {
  const first = text.charAt(0);
  const closers = CLOSERS[first];
  if (closers === undefined) return undefined;
  const last = text.charAt(text.length - 1);
  const inner = text.slice(1);
  if (text.length > 1 && closers.includes(last)) {
    // "A fox" and "a hen" are two quotations, not one.
    return isMarkOf(withoutMarksAround(text, first, closers), first, closers) ? undefined : text.slice(1, -1).trim();
  }
  // The end of a quotation was cut off. An apostrophe may begin a word.
  return first === "'" || first === '<' || isMarkOf(inner, first, closers) ? undefined : inner.trim();
}

/** Whatever is quoted twice is still one quotation. */
function withoutMarksAround(text: string, open: string, closers: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === open) start += 1;
  while (end > start && closers.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Whether one of a pair of marks is in a text; an apostrophe within a word is none. */
function isMarkOf(text: string, open: string, closers: string): boolean {
  const marks = [open, ...closers];
  return [...text].some((character, index, all) => {
    return marks.includes(character) && !(isLetter(all[index - 1]) && isLetter(all[index + 1]));
  });
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /\p{L}/u.test(character);
}
