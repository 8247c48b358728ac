import { Component, computed, input } from '@angular/core';
import type { Balance } from '@atelier/contracts';
import { formatNumber } from '../../platform/formatting';
import { Skeleton } from '../../ui/skeleton';

/** The four sums of an account; boxes of the same size while there are none. */
@Component({
  selector: 'app-balance-cards',
  imports: [Skeleton],
  template: `
    <dl [attr.aria-busy]="balance() === undefined">
      @for (card of cards(); track card.label) {
        <div class="card">
          <dt>{{ card.label }}</dt>
          <dd>
            @if (card.value === undefined) {
              <app-skeleton width="72px" height="32px" />
            } @else {
              <span class="value">{{ card.value }}</span>
            }
            <span class="help">{{ card.help }}</span>
          </dd>
        </div>
      }
    </dl>
  `,
  styleUrl: './balance-cards.scss',
})
export class BalanceCards {
  readonly balance = input.required<Balance | undefined>();

  protected readonly cards = computed(() => {
    const balance = this.balance();
    const card = (label: string, help: string, amount: number | undefined) => ({
      label,
      help,
      value: amount === undefined ? undefined : formatNumber(amount),
    });
    return [
      card('Available', 'Ready to spend', balance?.available),
      card('On hold', 'Set aside for running generations', balance?.held),
      card('Used', 'Paid for delivered images', balance?.consumed),
      card('Granted', 'Received in all', balance?.granted),
    ];
  });
}
