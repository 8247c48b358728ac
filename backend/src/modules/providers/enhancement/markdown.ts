const FENCED = /^[ \t]*(?:```|~~~)[^\n]{0,100}\n([^]*?)\n[ \t]*(?:```|~~~)[ \t]*$/m;

/** A text in a fence is the answer, and what stands around it is talk. */
export function insideFence(text: string): string {
  const fenced = FENCED.exec(text)?.[1]?.trim();
  return fenced ? fenced : text;
}

/** Line by line, as markers only mean something there. */
export function withoutLineMarkers(line: string): string {
  return line
    .replace(/^[ \t]*(?:```|~~~)[\w+-]{0,20}[ \t]*$/, '')
    .replace(/^[ \t]*(?:[-*_][ \t]*){3,}$/, '')
    .replace(/^[ \t]*(?:>[ \t]?)+/, '')
    .replace(/^[ \t]*#{1,6}[ \t]+/, '')
    .trim();
}

const LIST_MARKER = /^(?:[-*+•‣◦▪–—][ \t]+|\(?\d{1,2}[.):][ \t]+|\[[ xX]\][ \t]+)/;

export function isListItem(line: string): boolean {
  return LIST_MARKER.test(line);
}

export function withoutListMarker(line: string): string {
  return line.replace(LIST_MARKER, '').trim();
}

/** What stresses words. Asterisks and underscores that stress nothing stay: `5 * 3`, `snake_case`. */
export function withoutEmphasis(text: string): string {
  return text
    .replace(/!?\[([^\][]{0,400})\]\([^()\s]{0,400}\)/g, '$1')
    .replaceAll(/\*\*|```/g, '')
    .replace(/(?<![\p{L}\p{N}_])__(?=\S)([^]{0,4000}?\S)__(?![\p{L}\p{N}_])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]{0,4000}?[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]{0,4000}?[^\s_])_(?![\p{L}\p{N}_])/gu, '$1')
    .replace(/`([^`\n]{1,4000})`/g, '$1');
}
