import { Component, computed, input } from '@angular/core';
import { CdkTextareaAutosize } from '@angular/cdk/text-field';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import { formatDay } from '../../platform/formatting';
import { type Expiry, type KeyDraft, expiresAt } from '../api-key-form';

const CHOICES: readonly { readonly expiry: Expiry; readonly label: string }[] = [
  { expiry: '30', label: 'In 30 days' },
  { expiry: '90', label: 'In 90 days' },
  { expiry: '365', label: 'In a year' },
  { expiry: 'never', label: 'Never' },
];

/** The fields that a new key and one that is changed have in common. */
@Component({
  selector: 'app-key-fields',
  imports: [CdkTextareaAutosize, FormField, MatFormFieldModule, MatInput, MatOption, MatSelect],
  templateUrl: './key-fields.html',
  styleUrl: './key-fields.scss',
})
export class KeyFields {
  readonly fields = input.required<FieldTree<KeyDraft>>();
  /** When the key ends if that stays as it is, in words; undefined for a new key. */
  readonly keptEnd = input<string>();

  protected readonly choices = computed(() => {
    const kept = this.keptEnd();
    return kept === undefined ? CHOICES : [{ expiry: 'kept' as const, label: kept }, ...CHOICES];
  });
  protected readonly endHint = computed(() => {
    const end = expiresAt(this.fields().expiry().value(), Date.now());
    if (end === undefined) return 'As it is.';
    return end === null ? 'It works until you revoke it.' : `It works until ${formatDay(end)}.`;
  });
}
