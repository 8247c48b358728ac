import type { MatDialog } from '@angular/material/dialog';
import { confirmed } from './confirm-dialog';

/** Asks before edits are lost, and resolves with whether they may be. @param count `2 changes`, `1 change` */
export function mayDiscard(dialog: MatDialog, count: string): Promise<boolean> {
  return confirmed(dialog, {
    title: `Discard ${count}?`,
    text: 'What you changed on this page has not been saved.',
    confirm: 'Discard',
    cancel: 'Keep editing',
    isDestructive: true,
  });
}
