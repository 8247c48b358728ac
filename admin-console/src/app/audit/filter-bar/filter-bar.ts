import { Component, computed, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { formatDay } from '../../platform/formatting';
import { Icon } from '../../ui/icon';
import { MenuLandmark } from '../../ui/menu-landmark';
import { AUDIT_RANGES, type AuditFilter, type AuditRange, NO_FILTER, RANGE_LABELS } from '../audit-filter';
import { actionLabel } from '../audit-sentences';
import { targetTitle, targetTypeLabel } from '../audit-targets';
import type { FilterNames } from '../filter-names';
import { RESULT_WORDS } from '../audit-words';

/** The filters that a chip stands for, besides the dates. */
export const CHIP_KEYS = ['actor', 'apiKey', 'action', 'target', 'address', 'result'] as const;
export type ChipKey = (typeof CHIP_KEYS)[number];

const CHIP_LABELS: Readonly<Record<ChipKey, string>> = {
  actor: 'Actor',
  apiKey: 'API key',
  action: 'Action',
  target: 'Target',
  address: 'Address',
  result: 'Result',
};

const CLEARED: Readonly<Record<ChipKey, Partial<AuditFilter>>> = {
  actor: { actorId: undefined },
  apiKey: { apiKeyId: undefined },
  action: { action: undefined },
  target: { target: undefined },
  address: { address: undefined },
  result: { result: undefined },
};

/** One chip for each filter: what it is set to, the way to change it, and the way to be rid of it. */
@Component({
  selector: 'app-filter-bar',
  imports: [Icon, MatButton, MatMenu, MatMenuItem, MatMenuTrigger, MenuLandmark],
  templateUrl: './filter-bar.html',
  styleUrl: './filter-bar.scss',
  host: { role: 'group', 'aria-label': 'Filters' },
})
export class FilterBar {
  readonly filter = input.required<AuditFilter>();
  readonly names = input.required<FilterNames>();

  /** A change of the filter that is complete. */
  readonly changed = output<Partial<AuditFilter>>();
  /** A filter that somebody wants to choose. */
  readonly edited = output<ChipKey | 'dates'>();

  protected readonly ranges = AUDIT_RANGES.map((range) => ({ range, label: RANGE_LABELS[range] }));
  protected readonly dates = computed(() => datesInWords(this.filter()));
  protected readonly chips = computed(() =>
    CHIP_KEYS.map((key) => ({ key, label: CHIP_LABELS[key], value: valueOf(key, this.filter(), this.names()) })),
  );
  protected readonly isNarrowed = computed(
    () => this.filter().range !== NO_FILTER.range || this.chips().some(({ value }) => value !== undefined),
  );

  protected chooseRange(range: AuditRange): void {
    if (range === 'custom') this.edited.emit('dates');
    else this.changed.emit({ range, from: undefined, to: undefined });
  }

  protected clear(key: ChipKey): void {
    this.changed.emit(CLEARED[key]);
  }

  protected clearAll(): void {
    this.changed.emit(NO_FILTER);
  }
}

function datesInWords({ range, from, to }: AuditFilter): string {
  if (range !== 'custom' || (from === undefined && to === undefined)) return RANGE_LABELS[range];
  const day = (text: string) => formatDay(`${text}T00:00`);
  if (from === undefined) return `Until ${day(to ?? '')}`;
  if (to === undefined) return `Since ${day(from)}`;
  return from === to ? day(from) : `${day(from)} – ${day(to)}`;
}

function valueOf(key: ChipKey, filter: AuditFilter, names: FilterNames): string | undefined {
  switch (key) {
    case 'actor':
      return filter.actorId === undefined ? undefined : names.actor(filter.actorId);
    case 'apiKey':
      return filter.apiKeyId && names.apiKey(filter.apiKeyId);
    case 'action':
      return filter.action && actionLabel(filter.action);
    case 'target': {
      if (!filter.target) return undefined;
      const { type, id } = filter.target;
      return id === undefined ? targetTypeLabel(type) : targetTitle({ type, id, name: names.target(type, id) });
    }
    case 'address':
      return filter.address;
    case 'result':
      return filter.result && RESULT_WORDS[filter.result].label;
  }
}
