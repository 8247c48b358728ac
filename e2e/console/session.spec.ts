import { ADMIN } from '../support/server.js';
import { expect, test } from '../support/browser.js';
import { createMember } from '../support/members.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

test('stays signed in over a reload, and leaves nothing in the browser that a script could take', async ({ page }) => {
  const studio = new StudioPage(page);
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await expect(studio.prompt).toBeVisible();

  await page.reload();

  await expect(studio.prompt).toBeVisible();
  const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  expect(stored).not.toMatch(/eyJ|atelier_refresh/);
  const cookie = (await page.context().cookies()).find(({ httpOnly }) => httpOnly);
  expect(cookie).toMatchObject({ sameSite: 'Strict', path: '/api/v1/auth' });
});

test('comes back to the asked page after signing in', async ({ page }) => {
  await page.goto('/credits');
  await expect(page).toHaveURL(/\/login\?/);

  await new EntryPages(page).signIn(ADMIN);

  await expect(page).toHaveURL(/\/credits$/);
});

test('signs out for good', async ({ page }) => {
  const entry = new EntryPages(page);
  await page.goto('/login');
  await entry.signIn(ADMIN);
  await expect(new StudioPage(page).prompt).toBeVisible();

  await entry.signOut();

  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.goto('/gallery');
  await expect(page).toHaveURL(/\/login/);
});

test('says what is wrong with a sign-in and keeps the e-mail address', async ({ page }) => {
  await page.goto('/login');

  await new EntryPages(page).signIn({ email: ADMIN.email, password: 'not-the-right-password' });

  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is incorrect.' })).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue(ADMIN.email);
});

test('shows a member neither the administration nor its pages', async ({ page, server, admin }) => {
  const member = await createMember(server, admin, 10);
  await page.goto('/login');
  await new EntryPages(page).signIn(member);
  await expect(new StudioPage(page).credits).toContainText('10');

  await expect(page.getByRole('link', { name: 'Users' })).toHaveCount(0);
  await page.goto('/admin/users');

  await expect(page.getByRole('table', { name: 'Users' })).toHaveCount(0);
  await expect(page.getByText(/admin/i).first()).toBeVisible();
});
