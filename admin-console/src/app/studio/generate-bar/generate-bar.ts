import { Component, computed, inject, input, output } from '@angular/core';
import { Platform } from '@angular/cdk/platform';
import { MatButton } from '@angular/material/button';
import { formatCredits, formatNumber } from '../../platform/formatting';

/** The button with the price on it, and under it what the price means for the balance. */
@Component({
  selector: 'app-generate-bar',
  imports: [MatButton],
  templateUrl: './generate-bar.html',
  styleUrl: './generate-bar.scss',
})
export class GenerateBar {
  /** Price of the whole request; null while it is unknown. */
  readonly price = input.required<number | null>();
  /** Credits that can be spent; null while they are unknown. */
  readonly available = input.required<number | null>();
  /** Why there is nothing to generate yet, or null. */
  readonly obstacle = input<string | null>(null);
  readonly generate = output();

  protected readonly shortcut = isApple(inject(Platform)) ? '⌘ ↵' : 'Ctrl ↵';
  protected readonly label = computed(() => {
    const price = this.price();
    return price === null ? 'Generate' : `Generate · ${formatCredits(price)}`;
  });
  protected readonly missing = computed(() => Math.max(0, (this.price() ?? 0) - (this.available() ?? Infinity)));
  protected readonly isBlocked = computed(
    () => this.price() === null || this.missing() > 0 || this.obstacle() !== null,
  );
  protected readonly note = computed(() => {
    const price = this.price();
    const available = this.available();
    if (this.missing() > 0) {
      return `You need ${formatNumber(this.missing())} more ${this.missing() === 1 ? 'credit' : 'credits'}. Ask an admin to add them.`;
    }
    if (this.obstacle() !== null) {
      return this.obstacle();
    }
    return price === null || available === null ? '' : `You’ll have ${formatNumber(available - price)} left`;
  });

  /** For the keyboard shortcut, which has to obey the same rules as the button. */
  press(): void {
    if (!this.isBlocked()) {
      this.generate.emit();
    }
  }
}

function isApple(platform: Platform): boolean {
  return platform.IOS || (platform.isBrowser && navigator.userAgent.includes('Macintosh'));
}
