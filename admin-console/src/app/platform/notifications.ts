import { Injectable, inject } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { firstValueFrom } from 'rxjs';
import { problemSentence } from './problem';

const INFORM_MS = 4_000;
const UNDO_MS = 10_000;

/** Short messages at the foot of the page. The bar is a live region: polite for news, assertive for failures. */
@Injectable({ providedIn: 'root' })
export class Notifications {
  readonly #snackBar = inject(MatSnackBar);

  inform(message: string): void {
    this.#snackBar.open(message, undefined, { duration: INFORM_MS, politeness: 'polite' });
  }

  /** Offers to take an action back for ten seconds; resolves with whether the person did. */
  async undo(message: string): Promise<boolean> {
    const bar = this.#snackBar.open(message, 'Undo', { duration: UNDO_MS, politeness: 'polite' });
    return (await firstValueFrom(bar.afterDismissed())).dismissedByAction;
  }

  /** Stays until it is dismissed. Takes a sentence, or an error to explain. */
  fail(failure: unknown): void {
    const sentence = typeof failure === 'string' ? failure : problemSentence(failure);
    this.#snackBar.open(sentence, 'Dismiss', { politeness: 'assertive' });
  }
}
