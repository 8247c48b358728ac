import type { ComponentType } from '@angular/cdk/portal';
import type { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';

/** Opens a component at the right edge of the page, over all of it on a phone. Resolves with what it closes with. */
export function openDrawer<Outcome = undefined>(
  dialog: MatDialog,
  component: ComponentType<unknown>,
  data: unknown,
): Promise<Outcome | undefined> {
  const opened = dialog.open<unknown, unknown, Outcome>(component, {
    data,
    panelClass: 'app-drawer',
    position: { top: '0', right: '0' },
    width: 'min(560px, 100vw)',
    maxWidth: '100vw',
    height: '100dvh',
    maxHeight: '100dvh',
    autoFocus: 'dialog',
  });
  return firstValueFrom(opened.afterClosed());
}
