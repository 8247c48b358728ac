import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { ADMIN } from '../support/server.js';
import { expect, expectAccessible, test } from '../support/browser.js';
import { createMember } from '../support/members.js';
import { EntryPages } from './pages/entry.js';
import { SettingsPage } from './pages/settings.js';
import { StudioPage } from './pages/studio.js';

/** A list is where its field is and as wide, and nothing in it is wider. */
async function expectBelow(list: Locator, field: Locator): Promise<void> {
  await expect(async () => {
    const [below, above] = [await list.boundingBox(), await field.boundingBox()];
    expect(below?.x).toBeCloseTo(above?.x ?? 0, 0);
    expect(below?.width).toBeCloseTo(above?.width ?? 0, 0);
  }).toPass({ timeout: 5_000 });
  expect(await list.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
}

test.beforeEach(async ({ page }) => {
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await new StudioPage(page).prompt.waitFor();
});

test('who changed a price is one click away, by keyboard too', async ({ page, admin }) => {
  for (const price of ['6', '7']) await admin.put('/admin/studio/settings', { credit_price_premium4: price });
  await new SettingsPage(page).open();
  await page.getByRole('link', { name: 'History of Premium 4 price' }).click();

  const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText('changed Premium 4 price from 6 to 7 credits');

  const sentence = rows.nth(1).getByRole('button');
  await sentence.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText('7 credits');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(sentence).toBeFocused();
  await admin.put('/admin/studio/settings', { credit_price_premium4: '4' });
});

test('what happens meanwhile is counted, and shown when asked for', async ({ page, server, admin }) => {
  await page.goto('/admin/audit-log?action=user.create');
  const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
  await expect(rows.first()).toBeVisible();
  const count = await rows.count();
  const { email } = await createMember(server, admin, 0);

  // As when the tab is looked at again.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const news = page.getByRole('button', { name: '1 new event' });
  await expect(news).toBeVisible();
  await expect(rows).toHaveCount(count);
  await news.click();
  await expect(rows).toHaveCount(count + 1);

  await rows.nth(1).getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText(email);
});

test('the entries that are filtered can be taken along', async ({ page }) => {
  await page.goto('/admin/audit-log');
  await expect(page.getByRole('region', { name: 'Verification' })).toContainText('Verified');
  await page.getByRole('button', { name: 'Action' }).click();
  const form = page.getByRole('dialog');
  await expect(form.getByRole('combobox', { name: 'Action' })).toBeFocused();
  await form.getByRole('combobox', { name: 'Action' }).press('Enter');
  await page.getByRole('option', { name: 'Sign-in' }).click();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Show events' }).click();
  await expect(page).toHaveURL(/\?action=session\.begin$/);

  await page.getByRole('button', { name: 'Export' }).click();
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /CSV/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^audit-log-.*\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines.slice(1)) expect(line).toContain(',session.begin,');
});

test('whoever may have done something is found by typing, on a phone and by keyboard alone', async ({
  page,
  server,
  admin,
}) => {
  await page.setViewportSize({ width: 360, height: 640 });
  const { id, email } = await createMember(server, admin, 0);
  await admin.patch(`/admin/users/${id}`, { name: 'Wanda of the many letters' });
  await page.goto('/admin/audit-log?range=all');
  await page.getByRole('button', { name: 'Actor' }).click();
  const field = page.getByRole('combobox', { name: 'Actor' });
  await expect(field).toBeFocused();
  await expect(page.getByRole('option', { name: 'Atelier itself' })).toBeVisible();
  await expectBelow(page.getByRole('listbox'), page.locator('mat-form-field').filter({ has: field }));
  await expectAccessible(page);

  await page.keyboard.type('WANDA of');
  await expect(page.getByRole('option')).toHaveText([new RegExp(`Wanda of the many letters.*${email}`)]);
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('Wanda of the many letters');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`actor=${id}$`));
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText('Actor:Wanda of the many letters');
  await expect(page.getByRole('row', { name: /accepted their invitation/ })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
