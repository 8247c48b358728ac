import { CdkTextareaAutosize } from '@angular/cdk/text-field';
import { Component, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { StudioSetting } from '@atelier/contracts';
import { SettingSource } from '../setting-source/setting-source';
import type { SettingField } from '../setting-fields';

/** Several lines of text with their label, help and origin. */
@Component({
  selector: 'app-text-setting',
  imports: [CdkTextareaAutosize, FormField, MatFormFieldModule, MatInput, SettingSource],
  template: `
    <mat-form-field appearance="outline" subscriptSizing="dynamic">
      <mat-label>{{ about().label }}</mat-label>
      <textarea
        matInput
        cdkTextareaAutosize
        cdkAutosizeMinRows="4"
        cdkAutosizeMaxRows="16"
        autocomplete="off"
        [formField]="field()"
      ></textarea>
      <mat-hint>{{ about().help }}</mat-hint>
      <mat-error>{{ field()().errors()[0]?.message }}</mat-error>
    </mat-form-field>
    <app-setting-source [setting]="setting()" />
  `,
  styleUrl: '../setting.scss',
})
export class TextSetting {
  readonly field = input.required<FieldTree<string, string>>();
  readonly about = input.required<SettingField>();
  readonly setting = input.required<StudioSetting | undefined>();
}
