import { Component, computed, input } from '@angular/core';
import type { LedgerAuditReport } from '@atelier/contracts';
import { formatCount, formatInstant, formatNumber } from '../platform/formatting';
import { type FigureCard, FigureCards } from '../ui/figure-cards';

/** When the ledger was last verified, how much of it, and what came of it. */
@Component({
  selector: 'app-verification-cards',
  imports: [FigureCards],
  template: `<app-figure-cards [cards]="cards()" [isLoading]="report() === undefined" />`,
})
export class VerificationCards {
  readonly report = input.required<LedgerAuditReport | undefined>();

  protected readonly cards = computed((): readonly FigureCard[] => {
    const report = this.report();
    const isClean = report?.mismatch_count === 0;
    return [
      { label: 'Last verified', value: report && formatInstant(report.verified_at), help: 'Every ten minutes' },
      {
        label: 'Entries checked',
        value: report && formatNumber(report.entries_checked),
        help: report ? `In ${formatCount(report.accounts_checked, 'account')}` : 'In every account',
      },
      {
        label: 'Mismatches',
        value: report && formatNumber(report.mismatch_count),
        help: isClean ? 'Every balance adds up' : 'Balances that do not add up',
        tone: report && (isClean ? 'success' : 'error'),
      },
    ];
  });
}
