import { Component, input } from '@angular/core';
import { Skeleton } from './skeleton';
import { StatusDot, type StatusTone } from './status-dot';

/** One figure with what it means. */
export interface FigureCard {
  readonly label: string;
  /** As it is shown; undefined while it is not known. */
  readonly value: string | undefined;
  readonly help: string;
  /** Marks the help as a verdict. */
  readonly tone?: StatusTone | undefined;
}

/** Figures side by side; boxes of the same size while they are loaded. */
@Component({
  selector: 'app-figure-cards',
  imports: [Skeleton, StatusDot],
  template: `
    <dl [attr.aria-busy]="isLoading()" [style.--columns]="cards().length">
      @for (card of cards(); track card.label) {
        <div class="card">
          <dt>{{ card.label }}</dt>
          <dd>
            @if (card.value === undefined) {
              <app-skeleton width="72px" height="32px" />
            } @else {
              <span class="value">{{ card.value }}</span>
            }
            @if (card.tone) {
              <app-status-dot [tone]="card.tone">{{ card.help }}</app-status-dot>
            } @else {
              <span class="help">{{ card.help }}</span>
            }
          </dd>
        </div>
      }
    </dl>
  `,
  styleUrl: './figure-cards.scss',
})
export class FigureCards {
  readonly cards = input.required<readonly FigureCard[]>();
  readonly isLoading = input.required<boolean>();
}
