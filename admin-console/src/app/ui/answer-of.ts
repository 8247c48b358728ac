import type { ComponentType } from '@angular/cdk/portal';
import type { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import { focusOrigin } from './focus-origin';

/** Opens a dialog with a form, and resolves with what it closes with: undefined when nothing came of it. */
export function answerOf<Answer>(
  dialogs: MatDialog,
  dialog: ComponentType<unknown>,
  question?: unknown,
): Promise<Answer | undefined> {
  const opened = dialogs.open<unknown, unknown, Answer>(dialog, {
    data: question,
    width: '520px',
    maxWidth: 'calc(100vw - 32px)',
    restoreFocus: focusOrigin(),
  });
  return firstValueFrom(opened.afterClosed());
}
