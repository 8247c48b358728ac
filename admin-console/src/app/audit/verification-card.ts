import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { formatCount, formatNumber, formatTime } from '../platform/formatting';
import { problemSentence } from '../platform/problem';
import { StatusDot, type StatusTone } from '../ui/status-dot';
import { type ChainState, ChainVerification } from './chain-verification';

interface Verdict {
  readonly tone: StatusTone;
  readonly title: string;
  readonly text: string;
}

/** Whether every entry still follows from the one before it. */
@Component({
  selector: 'app-verification-card',
  imports: [MatButton, StatusDot],
  template: `
    <div class="words" role="status">
      <app-status-dot class="title" [tone]="verdict().tone">{{ verdict().title }}</app-status-dot>
      <p>{{ verdict().text }}</p>
    </div>
    <button
      matButton="outlined"
      type="button"
      [disabled]="isChecking()"
      [disabledInteractive]="true"
      (click)="verify()"
    >
      {{ isChecking() ? 'Verifying…' : 'Verify again' }}
    </button>
  `,
  host: { role: 'region', 'aria-label': 'Verification', '[class.broken]': "verdict().tone === 'error'" },
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: var(--app-space-3) var(--app-space-5);
      align-items: center;
      justify-content: space-between;
      padding: var(--app-space-4);
      border: 1px solid var(--mat-sys-outline-variant);
      border-radius: var(--app-radius-card);
      background: var(--mat-sys-surface-container-lowest);
    }
    :host(.broken) {
      border-color: var(--mat-sys-error);
    }
    .words {
      flex: 1 1 280px;
      min-inline-size: 0;
    }
    .title {
      font: var(--mat-sys-title-small);
    }
    p {
      max-inline-size: 72ch;
      margin: var(--app-space-1) 0 0;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class VerificationCard {
  readonly #chain = inject(ChainVerification);

  protected readonly isChecking = computed(() => this.#chain.state().state === 'checking');
  protected readonly verdict = computed(() => verdictOf(this.#chain.state()));

  constructor() {
    if (this.#chain.state().state === 'unknown') void this.#chain.verify();
  }

  protected verify(): void {
    void this.#chain.verify();
  }
}

function verdictOf(chain: ChainState): Verdict {
  if (chain.state === 'failed') {
    return { tone: 'warning', title: 'Not verified', text: problemSentence(chain.error) };
  }
  if (chain.state !== 'checked') {
    return { tone: 'busy', title: 'Verifying', text: 'Following the chain from the first entry to the last.' };
  }
  const { broken_at: brokenAt, entries_checked: checked } = chain.verification;
  if (brokenAt !== null) {
    return {
      tone: 'error',
      title: `Chain broken at #${formatNumber(brokenAt)}`,
      text:
        `That entry is missing, was changed or is out of its place. The ${formatCount(checked, 'entry', 'entries')} ` +
        'before it can be trusted. Compare the log with a backup to see what was there.',
    };
  }
  return {
    tone: 'success',
    title: 'Verified',
    text:
      checked === 0
        ? 'There is nothing in the log yet.'
        : `All ${formatCount(checked, 'entry', 'entries')} follow from each other: none was changed or removed. Checked at ${formatTime(chain.at)}.`,
  };
}
