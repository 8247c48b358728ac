import { Component, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { StudioSetting } from '@atelier/contracts';
import { SettingSource } from '../setting-source/setting-source';
import type { SettingField } from '../setting-fields';

/** A number with its label, help, bounds in words and origin. */
@Component({
  selector: 'app-number-setting',
  imports: [FormField, MatFormFieldModule, MatInput, SettingSource],
  template: `
    <mat-form-field appearance="outline" subscriptSizing="dynamic">
      <mat-label>{{ about().label }}</mat-label>
      <input matInput inputmode="decimal" autocomplete="off" [formField]="field()" />
      @if (about().unit; as unit) {
        <span matTextSuffix>{{ unit }}</span>
      }
      <mat-hint>{{ about().help }}</mat-hint>
      <mat-error>{{ field()().errors()[0]?.message }}</mat-error>
    </mat-form-field>
    <app-setting-source [setting]="setting()" />
  `,
  styleUrl: '../setting.scss',
})
export class NumberSetting {
  readonly field = input.required<FieldTree<string, string>>();
  readonly about = input.required<SettingField>();
  readonly setting = input.required<StudioSetting | undefined>();
}
