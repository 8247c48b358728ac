import { Component, inject, signal } from '@angular/core';
import { type FieldTree, FormField, FormRoot, form } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { IssuedWebhook, Webhook } from '@atelier/contracts';
import { fieldMessages, problemSentence } from '../../platform/problem';
import { Checklist } from '../../ui/checklist/checklist';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';
import { askBeforeClosing } from '../../ui/one-time-secret/ask-before-closing';
import { OneTimeSecret } from '../../ui/one-time-secret/one-time-secret';
import { WebhookCommands } from '../webhook-commands';
import { type TypedWebhook, changesOf, webhookRules } from '../webhook-form';
import { EVENT_CHOICES } from '../webhook-words';

const EMPTY: TypedWebhook = { url: '', description: '', events: [] };

/** Creates a webhook, or changes the one that it is given. Closes with it; a new one's secret is shown before. */
@Component({
  selector: 'app-webhook-dialog',
  imports: [
    Checklist,
    FormActions,
    FormFailure,
    FormField,
    FormRoot,
    MatButton,
    MatDialogModule,
    MatFormFieldModule,
    MatInput,
    OneTimeSecret,
  ],
  templateUrl: './webhook-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class WebhookDialog {
  readonly #commands = inject(WebhookCommands);
  readonly #dialogs = inject(MatDialog);
  readonly #dialogRef = inject<MatDialogRef<WebhookDialog, Webhook>>(MatDialogRef);
  protected readonly webhook = inject<Webhook | null>(MAT_DIALOG_DATA, { optional: true });

  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly issued = signal<IssuedWebhook | undefined>(undefined);
  protected readonly isStored = signal(false);
  readonly #before: TypedWebhook = this.webhook ?? EMPTY;
  readonly #model = signal<TypedWebhook>({
    url: this.#before.url,
    description: this.#before.description,
    events: this.#before.events,
  });

  protected readonly form: FieldTree<TypedWebhook> = form(this.#model, webhookRules, {
    submission: {
      action: () => this.#save(),
      onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
    },
  });
  protected readonly choices = EVENT_CHOICES;

  protected done(): void {
    this.#dialogRef.close(this.issued());
  }

  async #save() {
    this.failure.set(undefined);
    try {
      if (this.webhook) await this.#change(this.webhook);
      else await this.#create();
      return undefined;
    } catch (error) {
      const messages = fieldMessages(error);
      const refused = (['url', 'description'] as const).flatMap((key) => {
        const message = messages[key];
        return message === undefined
          ? []
          : [
              {
                kind: 'server',
                message: `This ${key === 'url' ? 'address' : key} ${message}.`,
                fieldTree: this.form[key],
              },
            ];
      });
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }

  async #create(): Promise<void> {
    const { url, description, events } = this.#model();
    const issued = await this.#commands.create({
      url: url.trim(),
      description: description.trim(),
      events: [...events],
    });
    askBeforeClosing<Webhook>(this.#dialogRef, this.#dialogs, { answer: issued, isStored: this.isStored });
    this.issued.set(issued);
  }

  async #change(webhook: Webhook): Promise<void> {
    const change = changesOf(this.#before, this.#model());
    const isSame = Object.keys(change).length === 0;
    this.#dialogRef.close(isSame ? undefined : await this.#commands.update(webhook.id, change));
  }
}
