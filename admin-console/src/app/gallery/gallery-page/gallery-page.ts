import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { RouterLink, RouterOutlet } from '@angular/router';
import { type Tier } from '@atelier/contracts';
import { formatCount } from '../../platform/formatting';
import { TIERS, tierName } from '../../platform/image-text';
import { problemSentence } from '../../platform/problem';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Skeleton } from '../../ui/skeleton';
import { GalleryGrid } from '../gallery-grid/gallery-grid';
import { GalleryStore } from '../gallery-store';

const SKELETONS = Array.from({ length: 10 }, (_, index) => index);

@Component({
  selector: 'app-gallery-page',
  imports: [
    EmptyState,
    ErrorState,
    GalleryGrid,
    MatButton,
    MatButtonToggle,
    MatButtonToggleGroup,
    RouterLink,
    RouterOutlet,
    Skeleton,
  ],
  providers: [GalleryStore],
  templateUrl: './gallery-page.html',
  styleUrl: './gallery-page.scss',
})
export class GalleryPage {
  protected readonly store = inject(GalleryStore);
  protected readonly list = this.store.list;
  protected readonly tiers = TIERS;
  protected readonly skeletons = SKELETONS;
  protected readonly tierName = tierName;
  protected readonly problemSentence = problemSentence;
  protected readonly isEmpty = computed(() => this.list.isLoaded() && this.store.images().length === 0);
  protected readonly count = computed(() => {
    const loaded = this.store.images().length;
    if (!this.list.isLoaded()) {
      return '';
    }
    if (!this.list.hasMore()) {
      return formatCount(loaded, 'image');
    }
    const total = this.store.tier() === null ? this.store.total() : null;
    return total === null ? `More than ${formatCount(loaded, 'image')}` : formatCount(total, 'image');
  });

  protected filter(tier: Tier | 'all'): void {
    this.store.tier.set(tier === 'all' ? null : tier);
  }
}
