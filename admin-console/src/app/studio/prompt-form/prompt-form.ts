import { CdkTextareaAutosize } from '@angular/cdk/text-field';
import { Component, type ElementRef, computed, input, output, viewChild } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import { type AspectRatio, type ProviderStatus, type StudioOptions, type TierOption } from '@atelier/contracts';
import { PROMPT_MAX_LENGTH } from '@atelier/contracts/limits';
import { formatNumber } from '../../platform/formatting';
import { Icon } from '../../ui/icon';
import { StatusDot, type StatusTone } from '../../ui/status-dot';
import { type Draft } from '../studio-draft';
import { type Offer } from '../studio-offer';
import { TierCards } from '../tier-cards/tier-cards';

/** The counter would only distract from writing before the text gets this long. */
const COUNTER_FROM = PROMPT_MAX_LENGTH * 0.8;

const STATUS: Readonly<Record<ProviderStatus, { readonly tone: StatusTone; readonly text: string }>> = {
  ready: { tone: 'success', text: 'Ready' },
  slow: { tone: 'warning', text: 'Slow' },
  unavailable: { tone: 'error', text: 'Unavailable' },
  not_configured: { tone: 'neutral', text: 'Not set up' },
};

/** What to make and how. It holds nothing itself: every change goes to the draft. */
@Component({
  selector: 'app-prompt-form',
  imports: [
    CdkTextareaAutosize,
    Icon,
    MatButton,
    MatFormField,
    MatIconButton,
    MatInput,
    MatLabel,
    MatOption,
    MatSelect,
    MatSelectTrigger,
    StatusDot,
    TierCards,
  ],
  templateUrl: './prompt-form.html',
  styleUrl: './prompt-form.scss',
})
export class PromptForm {
  readonly draft = input.required<Draft>();
  readonly offer = input.required<Offer>();
  readonly tiers = input.required<readonly TierOption[]>();
  /** Null until it is known. */
  readonly enhancer = input<StudioOptions['enhancer'] | null>(null);
  readonly isEnhancing = input(false);
  readonly changed = output<Partial<Draft>>();
  readonly enhance = output();
  readonly useOriginal = output();

  private readonly textarea = viewChild.required<ElementRef<HTMLTextAreaElement>>('prompt');
  private readonly providerSelect = viewChild(MatSelect);

  protected readonly status = STATUS;
  protected readonly isEmpty = computed(() => this.draft().prompt.trim() === '');
  protected readonly isTooLong = computed(() => this.draft().prompt.length > PROMPT_MAX_LENGTH);
  protected readonly counter = computed(() => {
    const { length } = this.draft().prompt;
    return length > COUNTER_FROM ? `${formatNumber(length)} of ${formatNumber(PROMPT_MAX_LENGTH)} characters` : null;
  });
  protected readonly chosenProvider = computed(() =>
    this.offer().providers.find(({ provider }) => provider.key === this.draft().provider),
  );

  focusPrompt(): void {
    this.textarea().nativeElement.focus({ preventScroll: true });
  }

  /** To the provider select, or to the prompt where there is nothing to choose from. */
  focusProvider(): void {
    const select = this.providerSelect();
    if (select) {
      select.focus();
    } else {
      this.focusPrompt();
    }
  }

  protected write(prompt: string): void {
    // An enhancement of nothing is none: the next words are a new prompt.
    this.changed.emit(prompt.trim() === '' ? { prompt, enhancement: null } : { prompt });
  }

  protected clear(): void {
    this.write('');
    this.focusPrompt();
  }

  /** Accepting an enhancement replaced the text from outside, where the browser's own undo doesn't reach. */
  protected undoEnhancement(event: Event): void {
    const { enhancement, prompt } = this.draft();
    if (enhancement?.accepted === prompt) {
      event.preventDefault();
      this.useOriginal.emit();
    }
  }

  protected changeCount(by: number): void {
    const count = Math.min(this.offer().maxCount, Math.max(1, this.draft().count + by));
    this.changed.emit({ count });
  }

  /** Width and height of the little frame that stands for a ratio; its longer side is 16 px. */
  protected frame(ratio: AspectRatio): { readonly width: number; readonly height: number } {
    const [width = 1, height = 1] = ratio.split(':').map(Number);
    const scale = 16 / Math.max(width, height);
    return { width: Math.round(width * scale), height: Math.round(height * scale) };
  }
}
