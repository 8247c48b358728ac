import type { Locator, Page } from '@playwright/test';
import type { Balance, Generation } from '@atelier/contracts';
import { withToken } from '../support/api-client.js';
import { expect, expectAccessible, test } from '../support/browser.js';
import { createMember } from '../support/members.js';
import { ADMIN, type Server } from '../support/server.js';
import { openedDialog } from './pages/dialog.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

async function signIn(page: Page, person: { email: string; password: string }): Promise<void> {
  await page.goto('/login');
  await new EntryPages(page).signIn(person);
  await new StudioPage(page).prompt.waitFor();
}

/** In both colour schemes, which differ in nothing but their colours. */
async function expectAccessibleInBothSchemes(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
  }
}

const statusWith = async (server: Server, key: string): Promise<number> =>
  (await withToken(server, key).get('/studio/my-creations')).status;

/** Takes the key from its box, says that it is stored, and goes on. */
async function storeKey(dialog: Locator): Promise<string> {
  const key = (await dialog.getByLabel('API key', { exact: true }).textContent()) ?? '';
  await dialog.getByRole('checkbox', { name: 'I’ve stored this key' }).check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  return key;
}

async function choose(page: Page, key: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${key}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('a key is made, seen once, rotated and revoked, and a program notices each', async ({ page, server, admin }) => {
  const member = await createMember(server, admin, 5);
  await signIn(page, member);
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Create API key' }).first().click();
  const dialog = await openedDialog(page);
  await expect(dialog.getByRole('checkbox')).toHaveCount(5);
  await expectAccessibleInBothSchemes(page);
  await dialog.getByLabel('Name').fill('Shop');
  await dialog.getByLabel('Allowed addresses').fill('localhost');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('Address 1 must be an IP address')).toBeVisible();
  await dialog.getByLabel('Allowed addresses').fill('127.0.0.1');
  await dialog.getByRole('button', { name: 'Create key' }).click();

  await expect(dialog.getByText('only time you’ll see it')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Copy' })).toBeFocused();
  await expectAccessibleInBothSchemes(page);
  await page.keyboard.press('Escape');
  await page
    .getByRole('dialog', { name: 'Close without storing it?' })
    .getByRole('button', { name: 'Go back' })
    .click();
  const first = await storeKey(dialog);
  const made = await withToken(server, first).post<Generation>('/studio/generate', {
    prompt: 'a harbour',
    tier: 'standard',
    provider: 'mock',
  });
  expect(made.status).toBe(201);
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'Shop' });
  await expect(row).toContainText(`${first.slice(0, 16)}…${first.slice(-4)}`);
  await expect(row).toContainText('1 credit');
  expect(await page.content()).not.toContain(first);

  await choose(page, 'Shop', 'Rotate');
  await dialog.getByLabel('Old key keeps working for').click();
  await page.getByRole('option', { name: 'Not at all' }).click();
  await dialog.getByRole('button', { name: 'Rotate key' }).click();
  const second = await storeKey(dialog);
  await expect(page.getByRole('button', { name: 'Actions for Shop' })).toBeFocused();
  expect([await statusWith(server, first), await statusWith(server, second)]).toEqual([401, 200]);

  await choose(page, 'Shop', 'Revoke');
  await dialog.getByLabel('Name of the key').fill('Shop');
  await expectAccessibleInBothSchemes(page);
  await page.keyboard.press('Enter');
  await expect(row).toContainText('Revoked');
  await expect(page.getByRole('button', { name: 'Actions for Shop' })).toBeFocused();
  expect(await statusWith(server, second)).toBe(401);
});

test('a service account gets credits and a key of its own, and is stopped', async ({ page, server }) => {
  await signIn(page, ADMIN);
  await page.goto('/admin/service-accounts');
  await page.getByRole('button', { name: 'Create service account' }).first().click();
  const dialog = await openedDialog(page);
  await dialog.getByLabel('Name').fill('Nightly run');
  await dialog.getByLabel('Initial credits').fill('3');
  await expectAccessibleInBothSchemes(page);
  await dialog.getByRole('button', { name: 'Create service account' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Nightly run' })).toContainText('3');

  await choose(page, 'Nightly run', 'API keys');
  await expect(page.getByText('Only the keys of Nightly run.')).toBeVisible();
  await page.getByRole('button', { name: 'Create API key' }).first().click();
  await openedDialog(page);
  await dialog.getByLabel('Name').fill('Cron');
  await dialog.getByRole('checkbox', { name: /credits:read/ }).check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const key = await storeKey(dialog);
  expect((await withToken(server, key).get<Balance>('/credits/balance')).body.available).toBe(3);
  await page.getByRole('radio', { name: 'Yours' }).click();
  await expect(page.getByText('No API keys yet')).toBeVisible();

  await page.goto('/admin/service-accounts');
  await choose(page, 'Nightly run', 'Disable');
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Nightly run' })).toContainText('Disabled');
  expect(await statusWith(server, key)).toBe(401);
});

test('people see where they are signed in, end it, and change name and password', async ({
  page,
  browser,
  server,
  admin,
}) => {
  const member = await createMember(server, admin, 0);
  const elsewhere = await browser.newPage({ baseURL: server.origin });
  await signIn(elsewhere, member);
  await signIn(page, member);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('link', { name: 'Profile and sessions' }).click();

  const sessions = page.getByRole('listitem').filter({ hasText: 'signed in' });
  await expect(sessions).toHaveCount(3);
  await expect(sessions.first()).toContainText(/Chrome on \w+.*This device.*127\.0\.0\.1/);
  const others = sessions.filter({ hasText: 'Chrome' }).filter({ hasNotText: 'This device' });
  await others.getByRole('button', { name: /^Sign out Chrome/ }).click();
  await expectAccessibleInBothSchemes(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(sessions).toHaveCount(2);
  await expect(page.getByRole('heading', { name: 'Where you’re signed in' })).toBeFocused();
  await elsewhere.goto('/credits');
  await expect(elsewhere).toHaveURL(/\/login/);

  await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('button', { name: 'Account of Ada Lovelace' })).toBeVisible();

  const password = 'orchard-velvet-38-lantern';
  await page.getByLabel('Current password').fill('not this one');
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('This is not your current password.')).toBeVisible();
  await page.getByLabel('Current password').fill(member.password);
  await page.getByLabel('Current password').press('Enter');
  await expect(page.getByText('You are signed out everywhere else.')).toBeVisible();
  await expect(sessions).toHaveCount(1);
  expect((await member.client.get('/auth/me')).status).toBe(401);

  await page.reload();
  await expect(sessions).toHaveCount(1);
  await signIn(elsewhere, { email: member.email, password });
  await page.reload();
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(sessions).toHaveCount(1);
  await elsewhere.goto('/credits');
  await expect(elsewhere).toHaveURL(/\/login/);
  await elsewhere.close();
});
