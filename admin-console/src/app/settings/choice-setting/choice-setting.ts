import { Component, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import type { StudioSetting } from '@atelier/contracts';
import { SettingSource } from '../setting-source/setting-source';
import type { SettingField } from '../setting-fields';

export interface SettingChoice {
  readonly value: string;
  readonly label: string;
}

/** One of a few values with its label, help and origin. */
@Component({
  selector: 'app-choice-setting',
  imports: [FormField, MatFormFieldModule, MatSelect, MatOption, SettingSource],
  template: `
    <mat-form-field appearance="outline" subscriptSizing="dynamic">
      <mat-label>{{ about().label }}</mat-label>
      <mat-select [formField]="field()">
        @for (choice of choices(); track choice.value) {
          <mat-option [value]="choice.value">{{ choice.label }}</mat-option>
        }
      </mat-select>
      <mat-hint>{{ about().help }}</mat-hint>
      <mat-error>{{ field()().errors()[0]?.message }}</mat-error>
    </mat-form-field>
    <app-setting-source [setting]="setting()" />
  `,
  styleUrl: '../setting.scss',
})
export class ChoiceSetting {
  readonly field = input.required<FieldTree<string, string>>();
  readonly about = input.required<SettingField>();
  readonly setting = input.required<StudioSetting | undefined>();
  readonly choices = input.required<readonly SettingChoice[]>();
}
