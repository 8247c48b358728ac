import {
  Component,
  type ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { type Image } from '@atelier/contracts';
import { formatCredits, formatDay } from '../../platform/formatting';
import { ImageLinks } from '../../platform/image-links';
import { imageAlt, providerName } from '../../platform/image-text';
import { Icon } from '../../ui/icon';
import { Picture } from '../../ui/picture/picture';

/** One image of the grid. The element is reused for other images while the person scrolls. */
@Component({
  selector: 'app-gallery-tile',
  imports: [Icon, Picture, RouterLink],
  templateUrl: './gallery-tile.html',
  styleUrl: './gallery-tile.scss',
  host: { role: 'gridcell' },
})
export class GalleryTile {
  readonly #links = inject(ImageLinks);

  readonly image = input.required<Image>();
  /** Side of the square, in CSS pixels. */
  readonly sizePx = input.required<number>();
  /** True for the one tile that the Tab key reaches. */
  readonly isTabStop = input(false);
  readonly isFocusWanted = input(false);
  /** While the list flies past only the colour is drawn: a picture would be gone before it arrived. */
  readonly isFlying = input(false);
  readonly focused = output();
  /** The focused element now shows another image. */
  readonly focusLost = output();

  private readonly link = viewChild<ElementRef<HTMLElement>>('link');
  #shownId: string | null = null;

  protected readonly isBroken = computed(() => this.#links.isBroken(this.image().id));
  protected readonly current = computed(() => this.#links.current(this.image()));
  protected readonly src = computed(() => (this.isFlying() ? null : this.current().thumbnail_urls['512']));
  protected readonly srcset = computed(() => {
    const { '256': small, '512': large } = this.current().thumbnail_urls;
    return `${small} 256w, ${large} 512w`;
  });
  protected readonly alt = computed(() => imageAlt(this.image().prompt));
  protected readonly facts = computed(() => {
    const { provider, credits_spent, created_at } = this.image();
    return `${providerName(provider)} · ${formatCredits(credits_spent)} · ${formatDay(created_at)}`;
  });

  constructor() {
    afterRenderEffect(() => {
      const { id } = this.image();
      const element = this.link()?.nativeElement;
      const isAnother = this.#shownId !== null && this.#shownId !== id;
      this.#shownId = id;
      if (this.isFocusWanted()) {
        element?.focus({ preventScroll: true });
      } else if (isAnother && element === element?.ownerDocument.activeElement) {
        this.focusLost.emit();
      }
    });
  }

  protected reportFailure(): void {
    void this.#links.reportFailure(this.current());
  }

  protected retry(): void {
    void this.#links.retry(this.current());
  }
}
