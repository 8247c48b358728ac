import { CdkTextareaAutosize } from '@angular/cdk/text-field';
import {
  Component,
  type ElementRef,
  afterNextRender,
  computed,
  input,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '../../ui/icon';
import { differences } from '../prompt-differences';
import { type Review } from '../prompt-enhancement';

/** The enhancement beside the original, in place and not as a dialog. Nothing changes until one of the two is chosen. */
@Component({
  selector: 'app-enhance-review',
  imports: [CdkTextareaAutosize, Icon, MatButton],
  templateUrl: './enhance-review.html',
  styleUrl: './enhance-review.scss',
  host: { role: 'region', 'aria-label': 'Review of the enhanced prompt', '(keydown.escape)': 'keepFrom($event)' },
})
export class EnhanceReview {
  readonly review = input.required<Review>();
  /** Name of the enhancer. */
  readonly label = input.required<string>();
  readonly isAsking = input(false);
  /** Emits the enhanced text as the person left it. */
  readonly use = output<string>();
  readonly keep = output();
  readonly again = output();

  private readonly editor = viewChild.required<ElementRef<HTMLTextAreaElement>>('editor');

  protected readonly edited = linkedSignal(() => this.review().enhanced);
  protected readonly originalParts = computed(() => differences(this.review().prompt, this.edited()));
  protected readonly enhancedParts = computed(() => differences(this.edited(), this.review().prompt));
  protected readonly isEmpty = computed(() => this.edited().trim() === '');

  constructor() {
    afterNextRender(() => this.editor().nativeElement.focus({ preventScroll: true }));
  }

  protected keepFrom(event: Event): void {
    event.stopPropagation();
    this.keep.emit();
  }

  protected useEdited(event?: Event): void {
    // Ctrl+Enter decides here; the page's own shortcut would generate from the original.
    event?.stopPropagation();
    if (!this.isEmpty()) {
      this.use.emit(this.edited());
    }
  }
}
