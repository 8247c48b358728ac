import { Component, type ElementRef, computed, inject, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { MatButton } from '@angular/material/button';
import { formatCredits, formatNumber } from '../platform/formatting';
import { Session } from '../session/session';
import { Icon } from '../ui/icon';

/** What the person can spend, in the app bar; pressed, it opens what that is made of. */
@Component({
  selector: 'app-credits-menu',
  imports: [Icon, MatButton, RouterLink],
  templateUrl: './credits-menu.html',
  styleUrl: './credits-menu.scss',
})
export class CreditsMenu {
  protected readonly session = inject(Session);
  protected readonly formatCredits = formatCredits;
  protected readonly available = computed(() => {
    const credits = this.session.credits();
    return credits === null ? null : formatNumber(credits.available);
  });
  protected readonly unit = computed(() => (this.session.credits()?.available === 1 ? 'credit' : 'credits'));

  private readonly panel = viewChild.required<ElementRef<HTMLElement>>('panel');

  protected close(): void {
    this.panel().nativeElement.hidePopover();
  }
}
