import { Component, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import type { AuditEntry } from '@atelier/contracts';
import { formatInstant, formatNumber, formatUtc } from '../../platform/formatting';
import { CopyButton } from '../../ui/copy-button';
import { Icon } from '../../ui/icon';
import { StatusDot } from '../../ui/status-dot';
import type { AuditFilter } from '../audit-filter';
import { actionLabel, actorInWords, isAuditAction, keyInWords, sentenceOf } from '../audit-sentences';
import { targetTitle } from '../audit-targets';
import { RESULT_WORDS } from '../audit-words';
import { differencesOf } from '../entry-facts';

/** What the list is narrowed to when the drawer is left for more of the same. */
export type Narrowing = Partial<AuditFilter>;

/** Everything that is recorded about one event. Closes with a narrowing of the list, or with nothing. */
@Component({
  selector: 'app-audit-drawer',
  imports: [CopyButton, Icon, MatDialogModule, MatIconButton, StatusDot],
  templateUrl: './audit-drawer.html',
  styleUrl: './audit-drawer.scss',
})
export class AuditDrawer {
  readonly #dialogRef = inject<MatDialogRef<AuditDrawer, Narrowing>>(MatDialogRef);

  protected readonly entry = inject<AuditEntry>(MAT_DIALOG_DATA);
  protected readonly number = formatNumber(this.entry.sequence);
  protected readonly action = isAuditAction(this.entry.action) ? actionLabel(this.entry.action) : this.entry.action;
  protected readonly title = `${actorInWords(this.entry)} ${sentenceOf(this.entry)}`;
  protected readonly local = formatInstant(this.entry.at);
  protected readonly utc = formatUtc(this.entry.at);
  protected readonly target = this.entry.target === null ? undefined : targetTitle(this.entry.target);
  protected readonly key = keyInWords(this.entry.actor);
  protected readonly result = RESULT_WORDS[this.entry.result];
  protected readonly differences = differencesOf(this.entry);
  protected readonly json = JSON.stringify(this.entry, null, 2);

  protected onlyTarget(): void {
    const { target } = this.entry;
    if (target) this.#dialogRef.close({ target, range: 'all' });
  }

  protected onlyActor(): void {
    const { actor } = this.entry;
    if (actor) this.#dialogRef.close({ actorId: actor.id });
  }

  protected onlyKey(): void {
    const id = this.entry.actor?.api_key_id;
    if (typeof id === 'string') this.#dialogRef.close({ apiKeyId: id });
  }

  protected onlyAddress(): void {
    const { address } = this.entry;
    if (address !== null) this.#dialogRef.close({ address });
  }
}
