import type { Locator, Page } from '@playwright/test';

/** The dialog that was just opened, as soon as it has the focus: what is typed before may end in the field that gets it. */
export async function openedDialog(page: Page): Promise<Locator> {
  const dialog = page.getByRole('dialog');
  await dialog.locator(':focus').waitFor();
  return dialog;
}
