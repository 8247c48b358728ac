/** A JSON text without its one long string, and where that lies. */
export interface CutText {
  /** Well-formed if the whole was; holds "" in the string's place. */
  readonly json: string;
  /** Where the string's characters lie in the bytes; undefined when nothing was cut out. */
  readonly long: { readonly start: number; readonly end: number } | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Decoded at once; a multiple of four, and so short that the text does not outlive its use. */
const PIECE_CHARS = 64 * 1024;
const PIECE_BYTES = (PIECE_CHARS / 4) * 3;

/**
 * Cuts the string of a member out of a JSON text, so that megabytes of base64 are neither parsed nor copied.
 * A string with escapes in it is left where it is: what it means is for a parser to say.
 */
export function cutOut(body: Buffer, name: string): CutText {
  const key = body.indexOf(JSON.stringify(name));
  // A key is followed by a colon; the same word as a value is not.
  const gap = /^\s*:\s*"/.exec(
    key < 0 ? '' : body.toString('latin1', key + name.length + 2, key + name.length + 40),
  )?.[0];
  const start = gap === undefined ? -1 : key + name.length + 2 + gap.length;
  const end = start < 0 ? -1 : body.indexOf(QUOTE, start);
  if (end < 0 || body.subarray(start, end).includes(BACKSLASH)) return { json: body.toString(), long: undefined };
  return { json: body.toString('utf8', 0, start) + body.toString('utf8', end), long: { start, end } };
}

/**
 * Decodes base64 strictly, into the very bytes that hold it: what comes out is a view of them, and the text is gone.
 * Node passes over whatever is no base64 and over what is missing at the end; both show in how many bytes come out.
 * @returns undefined for anything but whole base64
 */
export function decodeInPlace(body: Buffer, { start, end }: { start: number; end: number }): Buffer | undefined {
  const length = end - start;
  if (length === 0 || length % 4 !== 0) return undefined;
  const padding = body[end - 1] !== 0x3d ? 0 : body[end - 2] !== 0x3d ? 1 : 2;
  let written = 0;
  for (let at = start; at < end; at += PIECE_CHARS) {
    // Read before it is written over: three bytes take the place of four characters.
    const piece = body.toString('latin1', at, Math.min(at + PIECE_CHARS, end));
    const bytes = body.write(piece, start + written, 'base64');
    if (at + PIECE_CHARS < end && bytes !== PIECE_BYTES) return undefined;
    written += bytes;
  }
  return written === (length / 4) * 3 - padding ? body.subarray(start, start + written) : undefined;
}
