/** Where a string's characters lie in the bytes of a JSON text. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A JSON text without its long strings, and where those lie. */
export interface CutText {
  /** Well-formed if the whole was; holds `"#0"`, `"#1"`… in the strings' places, which base64 never says. */
  readonly json: string;
  readonly cuts: readonly Range[];
}

/** A JSON text with images in it that nobody has looked at yet. */
export interface OpenedJson {
  readonly value: unknown;
  /**
   * Decodes what `value` holds under the member. The bytes may lie where the text was, so one image can be taken once.
   * @returns undefined for anything but whole base64
   */
  decode(text: string): Buffer | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Decoded at once; a multiple of four, and so short that the text does not outlive its use. */
const PIECE_CHARS = 64 * 1024;
const PIECE_BYTES = (PIECE_CHARS / 4) * 3;

/**
 * Parses JSON whose member of this name holds base64, leaving that where it is.
 * @returns undefined for what is no JSON: the parser's own message would repeat a part of it
 */
export function openJson(body: Buffer, name: string): OpenedJson | undefined {
  const { json, cuts } = cutOut(body, name);
  try {
    return { value: JSON.parse(json), decode: (text) => decode(text, cuts, body) };
  } catch {
    return undefined;
  }
}

/**
 * Cuts the strings of all members of a name out of a JSON text, so that megabytes of base64 are neither parsed nor
 * copied. A string with escapes in it is left where it is: what it means is for a parser to say.
 */
export function cutOut(body: Buffer, name: string): CutText {
  const key = JSON.stringify(name);
  const cuts: Range[] = [];
  let json = '';
  let copied = 0;
  for (let at = body.indexOf(key); at >= 0; at = body.indexOf(key, at)) {
    at += key.length;
    // A key is followed by a colon; the same word as a value is not.
    const gap = /^\s*:\s*"/.exec(body.toString('latin1', at, at + 40))?.[0];
    if (gap === undefined) continue;
    const start = at + gap.length;
    const end = body.indexOf(QUOTE, start);
    if (end < 0 || body.subarray(start, end).includes(BACKSLASH)) continue;
    json += `${body.toString('utf8', copied, start)}#${cuts.length}`;
    cuts.push({ start, end });
    copied = end;
    at = end;
  }
  return { json: json + body.toString('utf8', copied), cuts };
}

function decode(text: string, cuts: readonly Range[], body: Buffer): Buffer | undefined {
  const cut = cuts[Number(/^#(\d+)$/.exec(text)?.[1])];
  if (cut) return decodeInPlace(body, cut);
  const copy = Buffer.from(text, 'latin1');
  return decodeInPlace(copy, { start: 0, end: copy.length });
}

/**
 * Decodes base64 strictly, into the very bytes that hold it: what comes out is a view of them, and the text is gone.
 * Node passes over whatever is no base64 and over what is missing at the end; both show in how many bytes come out.
 * @returns undefined for anything but whole base64
 */
export function decodeInPlace(body: Buffer, { start, end }: Range): Buffer | undefined {
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
