import { Clipboard } from '@angular/cdk/clipboard';
import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { BreakpointObserver } from '@angular/cdk/layout';
import { httpResource } from '@angular/common/http';
import { Component, DOCUMENT, type Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { type Image } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { formatNumber } from '../../platform/formatting';
import { ImageLinks } from '../../platform/image-links';
import { imageAlt } from '../../platform/image-text';
import { Notifications } from '../../platform/notifications';
import { problemSentence } from '../../platform/problem';
import { Icon } from '../../ui/icon';
import { Picture } from '../../ui/picture/picture';
import { GalleryStore } from '../gallery-store';
import { type ImageFact, imageFacts } from './image-facts';

export interface LightboxSubject {
  readonly id: Signal<string>;
}

/** From this width on there is room for the facts beside the picture. */
const ROOMY = '(min-width: 1024px)';
const SWIPE_PX = 48;

/** One image as large as the screen, with everything that is known about it. */
@Component({
  selector: 'app-lightbox',
  imports: [Icon, MatButton, MatIconButton, Picture],
  templateUrl: './lightbox.html',
  styleUrl: './lightbox.scss',
  host: {
    '(document:keydown.arrowleft)': 'showPrevious()',
    '(document:keydown.arrowright)': 'showNext()',
    '(document:keydown.i)': 'toggleFacts()',
    '(document:keydown.p)': 'usePrompt()',
    '(document:keydown.shift.d)': 'download()',
  },
})
export class Lightbox {
  readonly #store = inject(GalleryStore);
  readonly #links = inject(ImageLinks);
  readonly #router = inject(Router);
  readonly #clipboard = inject(Clipboard);
  readonly #notifications = inject(Notifications);
  readonly #dialog = inject(DialogRef);
  readonly #id = inject<LightboxSubject>(DIALOG_DATA).id;

  readonly #listed = computed(() => this.#store.images()[this.#store.positionOf(this.#id()) ?? -1]);
  /** An image that the list has not come to, as after opening a link to it. */
  protected readonly single = httpResource<Image>(() =>
    this.#listed() === undefined ? `${API_BASE}/gallery/images/${this.#id()}` : undefined,
  );
  protected readonly image = computed(() => {
    const image = this.#listed() ?? (this.single.hasValue() ? this.single.value() : undefined);
    return image && this.#links.current(image);
  });
  protected readonly isBroken = computed(() => this.#links.isBroken(this.#id()));
  protected readonly previous = computed(() => this.#store.neighbour(this.#id(), -1));
  protected readonly hasNext = computed(() => this.#store.hasNext(this.#id()));
  protected readonly position = computed(() => {
    const position = this.#store.positionOf(this.#id());
    const loaded = this.#store.images().length;
    const total = this.#store.list.hasMore() ? (this.#store.tier() === null ? this.#store.total() : null) : loaded;
    return position === null
      ? ''
      : total === null
        ? formatNumber(position + 1)
        : `${formatNumber(position + 1)} of ${formatNumber(total)}`;
  });
  protected readonly alt = computed(() => imageAlt(this.image()?.prompt ?? ''));
  protected readonly facts = computed(() => {
    const image = this.image();
    return image ? imageFacts(image) : [];
  });
  protected readonly areFactsShown = signal(inject(BreakpointObserver).isMatched(ROOMY));
  protected readonly problemSentence = problemSentence;
  #touchStartPx: number | null = null;

  constructor() {
    const document = inject(DOCUMENT);
    effect(() => {
      // A link to an older image: load up to it, so that it has a place and neighbours.
      const image = this.image();
      if (image && this.#store.isAhead(image) && !this.#store.list.isLoadingMore()) {
        void untracked(() => this.#store.list.loadMore());
      }
    });
    effect(() => {
      for (const neighbour of [this.previous(), this.#store.neighbour(this.#id(), 1)]) {
        if (neighbour !== null) {
          document.createElement('img').src = this.#links.current(neighbour).thumbnail_urls['512'];
        }
      }
    });
  }

  protected close(): void {
    this.#dialog.close();
  }

  protected showPrevious(): void {
    this.#show(this.previous());
  }

  protected async showNext(): Promise<void> {
    this.#show(await this.#store.next(this.#id()));
  }

  protected toggleFacts(): void {
    this.areFactsShown.update((areShown) => !areShown);
  }

  protected async download(): Promise<void> {
    const image = this.image();
    try {
      await (image && this.#links.download(image));
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  protected usePrompt(): void {
    const image = this.image();
    if (image) {
      void this.#router.navigate(['/'], { info: { prompt: image.prompt } });
    }
  }

  protected copy(fact: ImageFact): void {
    const isCopied = this.#clipboard.copy(fact.value);
    if (isCopied) {
      this.#notifications.inform(`${fact.label} copied.`);
    } else {
      this.#notifications.fail('The browser did not allow copying. Select the text and copy it.');
    }
  }

  protected reportFailure(image: Image): void {
    void this.#links.reportFailure(image);
  }

  protected retry(image: Image): void {
    void this.#links.retry(image);
  }

  protected touchStarted(event: PointerEvent): void {
    this.#touchStartPx = event.pointerType === 'touch' && event.isPrimary ? event.clientX : null;
  }

  protected touchEnded(event: PointerEvent): void {
    const movedPx = this.#touchStartPx === null ? 0 : event.clientX - this.#touchStartPx;
    this.#touchStartPx = null;
    if (movedPx > SWIPE_PX) {
      this.showPrevious();
    } else if (movedPx < -SWIPE_PX) {
      void this.showNext();
    }
  }

  /** Neighbours replace each other in the history: Back leaves the lightbox instead of walking through it. */
  #show(image: Image | null): void {
    if (image !== null) {
      void this.#router.navigate(['/gallery', image.id], { replaceUrl: true });
    }
  }
}
