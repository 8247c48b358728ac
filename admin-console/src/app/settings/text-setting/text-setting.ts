import { CdkTextareaAutosize } from '@angular/cdk/text-field';
import { Component, computed, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { StudioSetting } from '@atelier/contracts';
import { SettingSource } from '../setting-source/setting-source';
import type { SettingField } from '../setting-fields';

/** Several lines of text with their label, help and origin, and the way back to the default. */
@Component({
  selector: 'app-text-setting',
  imports: [CdkTextareaAutosize, FormField, MatButton, MatFormFieldModule, MatInput, SettingSource],
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
    <div class="foot">
      <app-setting-source [setting]="setting()" />
      @if (canReset()) {
        <button matButton type="button" (click)="reset()">Use the default text</button>
      }
    </div>
  `,
  styleUrls: ['../setting.scss', './text-setting.scss'],
})
export class TextSetting {
  readonly field = input.required<FieldTree<string, string>>();
  readonly about = input.required<SettingField>();
  readonly setting = input.required<StudioSetting | undefined>();

  protected readonly canReset = computed(() => {
    const setting = this.setting();
    return setting !== undefined && this.field()().value() !== setting.default_value;
  });

  /** As if it had been typed: it is reviewed and saved like any other edit. */
  protected reset(): void {
    const setting = this.setting();
    if (setting) {
      this.field()().value.set(setting.default_value);
    }
  }
}
