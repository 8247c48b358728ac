import { Component, computed, input, output, viewChild } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, MatSlideToggle } from '@angular/material/slide-toggle';
import { RouterLink } from '@angular/router';
import type { AdminProvider } from '@atelier/contracts';
import { formatDuration } from '../../platform/formatting';
import { TIERS, tierName } from '../../platform/image-text';
import { Icon } from '../../ui/icon';
import { StatusDot } from '../../ui/status-dot';
import { keyText, standingOf } from '../provider-words';

/** One place in the order of providers; absent where order means nothing. */
export interface Place {
  /** 1 for the preferred one. */
  readonly position: number;
  readonly of: number;
}

/** One provider with its state, its place and its switch. A switch asks; it moves when the server agreed. */
@Component({
  selector: 'app-provider-row',
  imports: [Icon, MatIconButton, MatSlideToggle, RouterLink, StatusDot],
  providers: [
    { provide: MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, useValue: { disableToggleValue: true, disabledInteractive: true } },
  ],
  templateUrl: './provider-row.html',
  styleUrl: './provider-row.scss',
})
export class ProviderRow {
  readonly provider = input.required<AdminProvider>();
  readonly place = input<Place>();
  readonly isBusy = input(false);

  readonly toggled = output();
  /** By how many places: -1 is one up. */
  readonly moved = output<-1 | 1>();

  private readonly up = viewChild('up', { read: MatIconButton });
  private readonly down = viewChild('down', { read: MatIconButton });

  protected readonly standing = computed(() => standingOf(this.provider()));
  protected readonly isFirst = computed(() => this.place()?.position === 1);
  protected readonly isLast = computed(() => this.place()?.position === this.place()?.of);

  /** What it makes, and how long that takes. */
  protected readonly tiers = computed(() => {
    const { tiers, health } = this.provider();
    const offered = TIERS.filter((tier) => tiers.some(({ key }) => key === tier));
    return offered.map((tier) => {
      const median = health.median_ms[tier];
      return median === null ? tierName(tier) : `${tierName(tier)} in ${formatDuration(median)}`;
    });
  });
  protected readonly key = computed(() => {
    const { connection } = this.provider();
    return connection?.has_key === true ? `Key ${keyText(connection)}` : undefined;
  });
  protected readonly trouble = computed(() => {
    const { enabled, health } = this.provider();
    return enabled ? health.last_error?.message : undefined;
  });

  /** Moving a row takes the focus away from its button: this brings it back. */
  focusMove(by: -1 | 1): void {
    (by === -1 ? this.up() : this.down())?.focus();
  }
}
