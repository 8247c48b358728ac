import { Injectable } from '@angular/core';
import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash';

/** Decoding takes about a third of a millisecond; more of them in one frame would be felt while scrolling. */
const DECODED_PER_FRAME = 8;

/** Draws blurred placeholders, a few in each frame. They are drawn, not linked: a content policy may refuse `data:` images. */
@Injectable({ providedIn: 'root' })
export class ThumbhashPainter {
  readonly #waiting = new Map<HTMLCanvasElement, string>();
  #frame: number | null = null;

  /** Draws the hash as soon as there is time; a later call for the same canvas replaces an earlier one. */
  paint(canvas: HTMLCanvasElement, thumbhash: string): void {
    this.#waiting.set(canvas, thumbhash);
    this.#frame ??= requestAnimationFrame(() => this.#paintSome());
  }

  forget(canvas: HTMLCanvasElement): void {
    this.#waiting.delete(canvas);
  }

  #paintSome(): void {
    this.#frame = null;
    for (const [canvas, thumbhash] of [...this.#waiting].slice(0, DECODED_PER_FRAME)) {
      this.#waiting.delete(canvas);
      draw(canvas, thumbhash);
    }
    if (this.#waiting.size > 0) {
      this.#frame = requestAnimationFrame(() => this.#paintSome());
    }
  }
}

/** The average colour as CSS, or null when the hash says nothing. */
export function averageColour(thumbhash: string): string | null {
  const hash = bytesOf(thumbhash);
  if (hash === null) {
    return null;
  }
  const { r, g, b } = thumbHashToAverageRGBA(hash);
  return `rgb(${[r, g, b].map((part) => Math.round(part * 255)).join(' ')})`;
}

function draw(canvas: HTMLCanvasElement, thumbhash: string): void {
  const hash = bytesOf(thumbhash);
  const context = canvas.getContext('2d');
  if (hash === null || context === null) {
    return;
  }
  const { w, h, rgba } = thumbHashToRGBA(hash);
  canvas.width = w;
  canvas.height = h;
  context.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
}

/** A hash is at least five bytes; anything shorter, or not base64, is as good as none. */
function bytesOf(thumbhash: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]{6,}={0,2}$/.test(thumbhash)) {
    return null;
  }
  return Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
}
