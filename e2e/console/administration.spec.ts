import { ADMIN } from '../support/server.js';
import { expect, test } from '../support/browser.js';
import { signIn } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { tamper } from '../support/tampering.js';
import { openedDialog } from './pages/dialog.js';
import { EntryPages } from './pages/entry.js';
import { SettingsPage } from './pages/settings.js';
import { StudioPage } from './pages/studio.js';

test.beforeEach(async ({ page }) => {
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await new StudioPage(page).prompt.waitFor();
});

test('a wrong price is refused at its field and nothing is saved', async ({ page }) => {
  const settings = new SettingsPage(page);
  await settings.open();

  await settings.price('Premium 2').fill('-1');
  await settings.price('Premium 2').blur();

  await expect(page.getByText(/whole number/i).first()).toBeVisible();
  await page.reload();
  await expect(settings.price('Premium 2')).toHaveValue('2');
});

test('leaving with unsaved changes asks first', async ({ page }) => {
  const settings = new SettingsPage(page);
  await settings.open();
  await settings.price('Standard').fill('9');

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Gallery' }).click();

  const question = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await expect(question).toContainText('Discard 1 change?');
  await question.getByRole('button', { name: /Discard/ }).click();
  await expect(page).toHaveURL(/\/gallery$/);
});

test('a saved setting survives a restart of the server', async ({ page, server }) => {
  const settings = new SettingsPage(page);
  await settings.open('New users and limits');
  await page.getByRole('textbox', { name: 'Initial credits' }).fill('250');
  await settings.save();

  await server.restart();
  await settings.open('New users and limits');

  await expect(page.getByRole('textbox', { name: 'Initial credits' })).toHaveValue('250');
});

test('an administrator creates a user with a link, who chooses a password and signs in', async ({ page, browser }) => {
  const email = `ines-${Date.now()}@atelier.test`;
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Create user' }).first().click();
  const dialog = await openedDialog(page);
  await dialog.getByLabel('Name').fill('Ines Prado');
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await expect(dialog).toContainText('Ines Prado is invited');
  const link = /https?:\/\/\S+\/invitation#token=[\w-]+/.exec(
    await dialog.evaluate((element) => `${element.textContent} ${element.querySelector('input')?.value ?? ''}`),
  )?.[0];
  expect(link).toBeDefined();

  const other = await browser.newPage();
  await other.goto(link ?? '');
  await other.getByLabel('Password', { exact: true }).fill('ines-likes-long-sentences');
  await other
    .getByRole('button')
    .filter({ hasText: /account|password|continue|join|accept/i })
    .first()
    .click();
  await expect(new StudioPage(other).prompt).toBeVisible();
  await other.close();
});

test('an administrator grants credits with a reason', async ({ page, server, admin }) => {
  const member = await createMember(server, admin, 10);
  await page.goto('/admin/users');
  const row = page.getByRole('row').filter({ hasText: member.email });
  await row.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Grant credits' }).click();
  const dialog = await openedDialog(page);
  await dialog.getByLabel('Amount').fill('32');
  await expect(dialog).toContainText('42');
  await dialog.getByLabel('Reason').fill('Campaign in spring');
  await dialog.locator('button[type=submit]').click();

  await expect(dialog).toBeHidden();
  await expect(row).toContainText('42');
  const { body } = await member.client.get<{ data: { reason: string }[] }>('/credits/entries');
  expect(body.data[0]?.reason).toBe('Campaign in spring');
});

test('an administrator sees that a balance was changed behind the ledger’s back, and releases it when it is right', async ({
  page,
  server,
}) => {
  const admin = await signIn(server);
  const { email, id } = await createMember(server, admin, 10);
  const move = (credits: number) =>
    tamper(
      server,
      `UPDATE credit_account SET available = available - ${credits}, consumed = consumed + ${credits} WHERE owner_id = '${id}'`,
    );
  await page.goto('/admin/ledger');
  await expect(page.getByText('Every balance adds up')).toBeVisible();

  await move(3);
  await page.getByRole('button', { name: 'Verify now' }).click();

  await expect(page.getByText('available is 7, the entries say 10')).toBeVisible();
  const account = page.getByRole('listitem').filter({ hasText: email });
  const release = async () => {
    await account.getByRole('button', { name: /^Release/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
  };
  await release();
  await expect(page.getByText(/stays frozen/)).toBeVisible();

  await move(-3);
  await release();
  await expect(account).toHaveCount(0);
});
