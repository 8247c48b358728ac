import { Component, computed, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import type { StudioSetting } from '@atelier/contracts';
import { HistoryLink } from '../../platform/history-link';
import { settingName } from '../../platform/setting-names';
import { settingOrigin } from '../../platform/stored-settings';
import type { ProviderField } from '../provider-fields';

/** One setting of a provider with its label, help and origin. */
@Component({
  selector: 'app-provider-setting',
  imports: [FormField, HistoryLink, MatFormFieldModule, MatInput, MatOption, MatSelect],
  template: `
    @let about = field();
    <mat-form-field appearance="outline" subscriptSizing="dynamic">
      <mat-label>{{ about.label }}</mat-label>
      @if (about.choices; as choices) {
        <mat-select [formField]="control()">
          @for (choice of choices; track choice) {
            <mat-option [value]="choice">{{ choice }}</mat-option>
          }
        </mat-select>
      } @else {
        <input
          matInput
          autocomplete="off"
          spellcheck="false"
          [attr.inputmode]="about.isNumber ? 'decimal' : null"
          [formField]="control()"
        />
      }
      @if (about.prefix; as text) {
        <span matTextPrefix>{{ text }}</span>
      }
      @if (about.suffix; as text) {
        <span matTextSuffix>{{ text }}</span>
      }
      <mat-hint>{{ about.help }}</mat-hint>
      <mat-error>{{ control()().errors()[0]?.message }}</mat-error>
    </mat-form-field>
    <span class="origin">
      @if (origin(); as text) {
        <span>{{ text }}</span>
      }
      <app-history-link type="settings" [target]="about.key" [name]="nameOf(about.key)" />
    </span>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--app-space-1);
      align-content: start;
      min-inline-size: 0;
    }
    mat-form-field {
      inline-size: 100%;
    }
    .origin {
      display: flex;
      flex-wrap: wrap;
      gap: 0 var(--app-space-3);
      align-items: center;
      padding-inline: var(--app-space-4);
      color: var(--mat-sys-on-surface-variant);
      font: var(--mat-sys-label-medium);
    }
    /* Keeps a focused field clear of the save bar, which lies over the end of the page. */
    input,
    mat-select {
      scroll-margin-block: 112px;
    }
  `,
})
export class ProviderSetting {
  readonly field = input.required<ProviderField>();
  readonly control = input.required<FieldTree<string, string>>();
  readonly setting = input.required<StudioSetting | undefined>();

  /** Defaults go without saying: with so many fields, only what somebody decided is worth a line. */
  protected readonly origin = computed(() => {
    const setting = this.setting();
    return setting?.source === 'database' ? settingOrigin(setting) : undefined;
  });
  protected readonly nameOf = settingName;
}
