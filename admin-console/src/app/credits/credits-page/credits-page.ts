import { httpResource } from '@angular/common/http';
import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import type { Balance, LedgerEntry, LedgerEntryKind } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { type PageRequest, PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { BalanceCards } from '../balance-cards';
import { ENTRY_KINDS, ENTRY_KIND_ORDER } from '../entry-kinds';
import { LedgerTable } from '../ledger-table/ledger-table';

const PAGE_SIZE = 50;

@Component({
  selector: 'app-credits-page',
  imports: [
    BalanceCards,
    EmptyState,
    ErrorState,
    LedgerTable,
    MatButton,
    MatFormFieldModule,
    MatOption,
    MatSelect,
    PageHeader,
    RouterLink,
    Skeleton,
  ],
  templateUrl: './credits-page.html',
  styleUrl: './credits-page.scss',
})
export class CreditsPage {
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #query = toSignal(this.#route.queryParamMap);

  protected readonly kinds = ENTRY_KIND_ORDER.map((kind) => ({ kind, label: ENTRY_KINDS[kind].label }));
  /** The filter lives in the address, so that Back and a shared link keep it. */
  protected readonly kind = computed(() => ENTRY_KIND_ORDER.find((kind) => kind === this.#query()?.get('kind')));

  readonly #balance = httpResource<Balance>(() => `${API_BASE}/credits/balance`);
  protected readonly balance = computed(() => (this.#balance.hasValue() ? this.#balance.value() : undefined));
  protected readonly balanceError = computed(() => sentenceOf(this.#balance.error()));

  protected readonly entries = new PagedList<LedgerEntry>(() => {
    const kind = this.kind();
    const params: PageRequest['params'] = kind ? { limit: PAGE_SIZE, kind } : { limit: PAGE_SIZE };
    return { url: `${API_BASE}/credits/entries`, params };
  });
  protected readonly entriesError = computed(() => sentenceOf(this.entries.error()));
  protected readonly moreError = computed(() => sentenceOf(this.entries.moreError()));

  protected readonly skeletonRows = [1, 2, 3, 4, 5, 6];

  protected filterBy(kind: LedgerEntryKind | 'all'): void {
    void this.#router.navigate([], { relativeTo: this.#route, queryParams: { kind: kind === 'all' ? null : kind } });
  }

  protected reloadBalance(): void {
    this.#balance.reload();
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
