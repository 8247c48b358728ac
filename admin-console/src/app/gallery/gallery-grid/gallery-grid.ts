import { type ListRange } from '@angular/cdk/collections';
import { CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollViewport } from '@angular/cdk/scrolling';
import {
  Component,
  DestroyRef,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { type Image } from '@atelier/contracts';
import { EMPTY, asapScheduler, observeOn, switchMap } from 'rxjs';
import { Skeleton } from '../../ui/skeleton';
import { GalleryStore } from '../gallery-store';
import { GalleryTile } from '../gallery-tile/gallery-tile';
import { destination, geometryFor } from '../grid-geometry';

/** Faster than this nobody can see what passes by. */
const FLYING_PX_PER_MS = 3;
const LANDED_AFTER_MS = 90;
/** The next page is asked for when this many rows are left. */
const ROWS_AHEAD = 4;

/** Images in squares. Only the rows on screen exist, so a hundred thousand images cost no more than a hundred. */
@Component({
  selector: 'app-gallery-grid',
  imports: [CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollViewport, GalleryTile, Skeleton],
  templateUrl: './gallery-grid.html',
  styleUrl: './gallery-grid.scss',
})
export class GalleryGrid {
  readonly #store = inject(GalleryStore);
  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef);

  readonly nearEnd = output();

  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  readonly #widthPx = signal(0);
  readonly #isFlying = signal(false);
  readonly #hasFocus = signal(false);
  readonly #range = toSignal<ListRange>(
    // One step later, because the viewport also reports ranges in the middle of a change detection.
    toObservable(this.viewport).pipe(
      switchMap((viewport) => viewport?.renderedRangeStream ?? EMPTY),
      observeOn(asapScheduler),
    ),
  );

  protected readonly geometry = computed(() => geometryFor(this.#widthPx()));
  protected readonly isFlying = this.#isFlying.asReadonly();
  protected readonly isMeasured = computed(() => this.#widthPx() > 0);
  protected readonly count = computed(() => this.#store.images().length);
  /** Full rows of images; an empty row at the end stands for what is still to come. */
  protected readonly rows = computed<readonly (readonly Image[])[]>(() => {
    const images = this.#store.images();
    const { columns } = this.geometry();
    const rows: Image[][] = [];
    for (let start = 0; start < images.length; start += columns) {
      rows.push(images.slice(start, start + columns));
    }
    return this.#store.list.hasMore() ? [...rows, []] : rows;
  });
  protected readonly placeholders = computed(() =>
    Array.from({ length: this.geometry().columns }, (_, index) => index),
  );
  protected readonly wantedId = computed(() => (this.#store.isFocusWanted() ? this.#store.focusedId() : null));
  /** The one image that Tab reaches: the focused one, or the first on screen when that has been scrolled away. */
  protected readonly tabStopId = computed(() => {
    const { columns } = this.geometry();
    const position = this.#store.positionOf(this.#store.focusedId());
    const first = (this.#range()?.start ?? 0) * columns;
    const end = (this.#range()?.end ?? 1) * columns;
    return this.#store.images()[position !== null && position >= first && position < end ? position : first]?.id;
  });

  constructor() {
    const destroyRef = inject(DestroyRef);
    afterNextRender(() => {
      const observer = new ResizeObserver(([entry]) => this.#widthPx.set(Math.floor(entry?.contentRect.width ?? 0)));
      observer.observe(this.#host.nativeElement);
      destroyRef.onDestroy(() => observer.disconnect());
    });
    effect((onCleanup) => {
      const element = this.viewport()?.elementRef.nativeElement;
      if (element) {
        onCleanup(this.#watchSpeed(element));
      }
    });
    effect(() => {
      const range = this.#range();
      if (range && range.end >= this.rows().length - ROWS_AHEAD && this.#store.list.hasMore()) {
        untracked(() => this.nearEnd.emit());
      }
    });
    effect(() => {
      const id = this.wantedId();
      if (id !== null && this.viewport()) {
        untracked(() => this.#scrollTo(id));
      }
    });
  }

  protected readonly byPosition = (index: number): number => index;

  protected move(event: KeyboardEvent): void {
    const position = this.#store.positionOf(this.#store.focusedId()) ?? 0;
    const viewportPx = this.viewport()?.getViewportSize() ?? 0;
    const target = destination({ key: event.key, hasControl: event.ctrlKey || event.metaKey }, position, {
      count: this.count(),
      columns: this.geometry().columns,
      rowsPerPage: Math.max(1, Math.floor(viewportPx / this.geometry().rowPx)),
    });
    const image = target === null || event.altKey ? undefined : this.#store.images()[target];
    if (image) {
      event.preventDefault();
      this.#store.focus(image.id);
    }
  }

  protected focusArrived(image: Image): void {
    this.#hasFocus.set(true);
    this.#store.focusedId.set(image.id);
    this.#store.isFocusWanted.set(false);
  }

  protected focusLeft(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && !this.#host.nativeElement.contains(event.relatedTarget)) {
      this.#hasFocus.set(false);
    }
  }

  /** The focused image has left the screen: the list keeps the focus for it, so the keys go on from there. */
  protected holdFocus(): void {
    this.viewport()?.elementRef.nativeElement.focus({ preventScroll: true });
  }

  #scrollTo(id: string): void {
    const position = this.#store.positionOf(id);
    const viewport = this.viewport();
    if (position === null || viewport === undefined) {
      return;
    }
    const { columns, rowPx } = this.geometry();
    const topPx = Math.floor(position / columns) * rowPx;
    const offsetPx = viewport.measureScrollOffset();
    if (topPx < offsetPx) {
      viewport.scrollToOffset(topPx);
    } else if (topPx + rowPx > offsetPx + viewport.getViewportSize()) {
      viewport.scrollToOffset(topPx + rowPx - viewport.getViewportSize());
    }
  }

  #watchSpeed(element: HTMLElement): () => void {
    let lastPx = element.scrollTop;
    let lastMs = performance.now();
    let landing: ReturnType<typeof setTimeout> | undefined;
    const measure = (): void => {
      const nowMs = performance.now();
      const speed = Math.abs(element.scrollTop - lastPx) / Math.max(1, nowMs - lastMs);
      lastPx = element.scrollTop;
      lastMs = nowMs;
      if (speed > FLYING_PX_PER_MS) {
        this.#isFlying.set(true);
      }
      clearTimeout(landing);
      landing = setTimeout(() => this.#land(), LANDED_AFTER_MS);
    };
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      clearTimeout(landing);
      element.removeEventListener('scroll', measure);
    };
  }

  #land(): void {
    this.#isFlying.set(false);
    // A row that was taken out of the page took the focus with it.
    if (
      this.#hasFocus() &&
      this.#host.nativeElement.ownerDocument.activeElement === this.#host.nativeElement.ownerDocument.body
    ) {
      this.holdFocus();
    }
  }
}
