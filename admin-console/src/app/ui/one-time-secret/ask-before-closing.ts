import type { MatDialog, MatDialogRef } from '@angular/material/dialog';
import { filter, merge, takeUntil } from 'rxjs';
import { confirmed } from '../confirm-dialog';

/**
 * From now on a key press or a click beside the dialog closes it only after a question, unless the secret that it
 * shows is stored. It closes with `answer` either way.
 */
export function askBeforeClosing<Answer>(
  dialogRef: MatDialogRef<unknown, Answer>,
  dialogs: MatDialog,
  { answer, isStored }: { answer: Answer; isStored: () => boolean },
): void {
  dialogRef.disableClose = true;
  const escapes = dialogRef.keydownEvents().pipe(filter((event) => event.key === 'Escape'));
  const ask = async (): Promise<void> => {
    const mayClose =
      isStored() ||
      (await confirmed(dialogs, {
        title: 'Close without storing it?',
        text: 'It can’t be shown again. If it is lost, you have to make another one.',
        confirm: 'Close',
        cancel: 'Go back',
        isDestructive: true,
      }));
    if (mayClose) dialogRef.close(answer);
  };
  merge(escapes, dialogRef.backdropClick())
    .pipe(takeUntil(dialogRef.beforeClosed()))
    .subscribe(() => void ask());
}
