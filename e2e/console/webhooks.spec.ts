import { ADMIN } from '../support/server.js';
import { expect, expectAccessible, test } from '../support/browser.js';
import { Shop } from '../support/shop/shop.js';
import { openedDialog } from './pages/dialog.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

test('a shop is told of events, knows by the secret who tells it, and is told again when asked', async ({ page }) => {
  const shop = await Shop.open();
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await new StudioPage(page).prompt.waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Webhooks' }).click();

  await page.getByRole('button', { name: 'Create webhook' }).first().click();
  const dialog = await openedDialog(page);
  await dialog.getByLabel('Address').fill(shop.url);
  await dialog.getByLabel('Description').fill('The shop');
  await dialog.getByRole('checkbox', { name: /^Generation succeeded/ }).check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  const secret = dialog.getByLabel('Signing secret');
  await expect(secret).toHaveText(/^whsec_/);
  await shop.trust((await secret.innerText()).trim());
  await expectAccessible(page);
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeDisabled();
  await dialog.getByRole('checkbox', { name: /stored/ }).check();
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: shop.url }).click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByText(/^Answered 204 in/)).toBeVisible();
  const deliveries = page.getByRole('table', { name: 'Deliveries' }).getByRole('row');
  await expect(deliveries).toHaveCount(2);
  await expectAccessible(page);

  const first = deliveries.nth(1).getByRole('button', { name: 'Test message' });
  await first.press('Enter');
  await expect(dialog).toContainText('Answered 204');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(first).toBeFocused();
  await first.press('Enter');
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await expect(dialog).toBeHidden();
  const { accepted, refused } = await shop.until((seen) => seen.accepted.length === 2);
  expect(accepted.map(({ message }) => message.type)).toEqual(['webhook.test', 'webhook.test']);
  expect(refused).toEqual([]);

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No webhooks yet')).toBeVisible();
  await shop.close();
});
