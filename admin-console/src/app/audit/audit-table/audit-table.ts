import { Component, computed, input, output } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { AuditEntry } from '@atelier/contracts';
import { formatInstant, formatUtc } from '../../platform/formatting';
import { StatusDot } from '../../ui/status-dot';
import { actorInWords, keyInWords, sentenceOf } from '../audit-sentences';
import { targetTitle } from '../audit-targets';
import { RESULT_WORDS } from '../audit-words';

/**
 * Entries, newest first; the sentence of each opens it, wherever its row is pressed. On a narrow page each row is laid out
 * as a card, which takes the browser's own table roles away, hence the explicit ones.
 */
@Component({
  selector: 'app-audit-table',
  imports: [MatTooltip, StatusDot],
  templateUrl: './audit-table.html',
  styleUrl: './audit-table.scss',
})
export class AuditTable {
  readonly entries = input.required<readonly AuditEntry[]>();

  readonly opened = output<AuditEntry>();

  protected readonly rows = computed(() =>
    this.entries().map((entry) => ({
      entry,
      when: formatInstant(entry.at),
      utc: formatUtc(entry.at),
      actor: actorInWords(entry),
      byKey: keyInWords(entry.actor),
      sentence: sentenceOf(entry),
      detail: entry.detail ?? undefined,
      target: entry.target === null ? '–' : targetTitle(entry.target),
      result: RESULT_WORDS[entry.result],
    })),
  );
}
