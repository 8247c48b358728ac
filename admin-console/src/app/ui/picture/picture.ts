import {
  Component,
  type ElementRef,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { ThumbhashPainter, averageColour } from './thumbhash-painter';

/**
 * A picture that fills its box and is never blank: average colour, then the blurred placeholder, then the picture itself.
 * It may be given another picture at any time (rows of a long list are reused) and never shows the one before.
 */
@Component({
  selector: 'app-picture',
  template: `
    <canvas #canvas aria-hidden="true" [class.hidden]="thumbhash() === '' || isShown()"></canvas>
    @if (src(); as address) {
      <img
        decoding="async"
        [attr.sizes]="srcset() ? sizes() : null"
        [attr.srcset]="srcset()"
        [src]="address"
        [alt]="alt()"
        [class.shown]="isShown()"
        (load)="shownSrc.set(address)"
        (error)="failed.emit()"
      />
    }
  `,
  styles: `
    :host {
      display: block;
      position: relative;
      overflow: hidden;
      background: var(--mat-sys-surface-container-high);
    }
    canvas,
    img {
      position: absolute;
      inset: 0;
      inline-size: 100%;
      block-size: 100%;
      object-fit: cover;
    }
    :host(.contain) > * {
      object-fit: contain;
    }
    img {
      opacity: 0;
    }
    img.shown {
      opacity: 1;
      transition: opacity 150ms;
    }
    .hidden {
      visibility: hidden;
    }
  `,
  host: { '[style.background-color]': 'colour()', '[class.contain]': "fit() === 'contain'" },
})
export class Picture {
  readonly #painter = inject(ThumbhashPainter);

  /** Address of the picture; null shows the placeholder alone. */
  readonly src = input.required<string | null>();
  readonly srcset = input<string | null>(null);
  readonly sizes = input('256px');
  /** Base64; empty when there is none. */
  readonly thumbhash = input('');
  readonly alt = input.required<string>();
  readonly fit = input<'cover' | 'contain'>('cover');
  readonly failed = output();

  protected readonly shownSrc = signal<string | null>(null);
  protected readonly isShown = computed(() => this.src() !== null && this.shownSrc() === this.src());
  protected readonly colour = computed(() => averageColour(this.thumbhash()));
  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');

  constructor() {
    effect(() => this.#painter.paint(this.canvas().nativeElement, this.thumbhash()));
    inject(DestroyRef).onDestroy(() => this.#painter.forget(this.canvas().nativeElement));
  }
}
