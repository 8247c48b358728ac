import { move } from 'piscina';
import { paintArtwork, type Artwork } from './paint-artwork.js';
import { encodePng } from './png/encode-png.js';

// The pool loads this file in its threads. Under test it is this very source, with nothing but its types stripped: so
// it and all that it imports may use types that can be erased only (no enums, no parameter properties, no decorators).

export interface ArtworkTask {
  readonly artwork: Artwork;
  /** Its one number turns from 0 to 1 when nobody wants the picture any more. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** Paints and encodes one picture and hands the bytes over without a copy; null when it was stopped on the way. */
export async function renderArtwork({ artwork, stop }: ArtworkTask): Promise<ReturnType<typeof move> | null> {
  if (isStopped(stop)) return null;
  const pixels = paintArtwork(artwork);
  if (isStopped(stop)) return null;
  const png = await encodePng(pixels, artwork.width, artwork.height);
  return move(new Uint8Array(png.buffer));
}

function isStopped(stop: Int32Array<SharedArrayBuffer>): boolean {
  return Atomics.load(stop, 0) === 1;
}
