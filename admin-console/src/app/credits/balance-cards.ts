import { Component, computed, input } from '@angular/core';
import type { Balance } from '@atelier/contracts';
import { formatNumber } from '../platform/formatting';
import { type FigureCard, FigureCards } from '../ui/figure-cards';

/** The four sums of an account. */
@Component({
  selector: 'app-balance-cards',
  imports: [FigureCards],
  template: `<app-figure-cards [cards]="cards()" [isLoading]="balance() === undefined" />`,
})
export class BalanceCards {
  readonly balance = input.required<Balance | undefined>();

  protected readonly cards = computed(() => {
    const balance = this.balance();
    const card = (label: string, help: string, amount: number | undefined): FigureCard => ({
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
