import type { Balance, Image } from '@atelier/contracts';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test as base } from '../support/browser.js';
import { ADMIN, startServer } from '../support/server.js';
import { VENDOR_KEYS, type Vendors, reaching, startVendors } from '../support/vendors.js';
import { EntryPages } from './pages/entry.js';
import { type ProviderLabel, ProvidersPage } from './pages/providers.js';
import { SettingsPage } from './pages/settings.js';
import { StudioPage } from './pages/studio.js';

/** These journeys decide for the whole server, so they have one of their own, with vendors that it can reach. */
const test = base.extend<object, { vendors: Vendors }>({
  vendors: [
    async ({}, use) => {
      const vendors = await startVendors();
      await use(vendors);
      await vendors.stop();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ vendors }, use) => {
      const server = await startServer({ env: reaching(vendors) });
      await use(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

// A step that waits longer waits for what will not come.
test.use({ actionTimeout: 30_000 });

async function signIn(page: Page): Promise<void> {
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await new StudioPage(page).prompt.waitFor();
}

test('from keys to an image of every provider, through a refusal and a failure', async ({ page, vendors, admin }) => {
  const providers = new ProvidersPage(page);
  const studio = new StudioPage(page);
  const latestImage = async () => {
    const { body } = await admin.get<{ images: Image[] }>('/studio/my-creations?limit=1');
    return body.images[0];
  };
  const balance = async () => (await admin.get<Balance>('/credits/balance')).body.available;
  await signIn(page);

  await test.step('a wrong key at an address of one’s own: the exact refusal', async () => {
    await providers.openList();
    await expect(providers.row('OpenAI')).toContainText('Not set up');
    await providers.open('OpenAI');
    await providers.enterAddress(vendors.openai.baseUrl, 'sk-of-somebody-else');
    await providers.testConnection();
    await expect(providers.testResult).toContainText('HTTP 401');
    await expect(providers.testResult).toContainText('Replace the key');
    await expectAccessible(page);
  });

  await test.step('the right one works, and is never shown', async () => {
    await providers.enterKey(VENDOR_KEYS.openai);
    await providers.testConnection();
    await expect(providers.testResult).toContainText(/Works\. \d+ models found in [\d.]+ m?s\./);
    await page.reload();
    await expect(page.getByText('•••• 0pA1')).toBeVisible();
    expect(await page.content()).not.toContain(VENDOR_KEYS.openai);
  });

  await test.step('keys for the others', async () => {
    for (const [label, key] of [
      ['Hugging Face', VENDOR_KEYS.huggingface],
      ['Gemini', VENDOR_KEYS.gemini],
      ['Own server (OpenAI-compatible)', VENDOR_KEYS.openai_compatible],
    ] as const) {
      await providers.open(label);
      await providers.enterKey(key);
      await providers.testConnection();
      await expect(providers.testResult).toContainText('Works.');
    }
    await page.getByRole('group', { name: 'Standard' }).getByRole('textbox', { name: 'Model' }).fill('own-model');
    await new SettingsPage(page).save();
    await providers.openList();
    await page.getByRole('switch', { name: 'Gemini' }).click();
    await expect(page.getByText('Gemini turned on.')).toBeVisible();
    await expect(providers.row('Gemini')).toContainText('Ready');
  });

  await test.step('an image of each', async () => {
    await page.goto('/');
    for (const [key, label] of [
      ['openai', 'OpenAI'],
      ['huggingface', 'Hugging Face'],
      ['gemini', 'Gemini'],
      ['openai_compatible', 'Own server (OpenAI-compatible)'],
    ] as const) {
      await studio.chooseProvider(label);
      await studio.generate(`A harbour as ${label} sees it`);
      await expect(studio.stage).toContainText(`A harbour as ${label} sees it`);
      await expect(studio.receipt()).toContainText('1 credit');
      expect(await latestImage()).toMatchObject({ provider: key, prompt: `A harbour as ${label} sees it` });
    }
  });

  await test.step('a refusal says so, costs nothing and is nobody’s failure', async () => {
    const before = await balance();
    await studio.chooseProvider('OpenAI');
    await studio.generate('A harbour [fake:fault=moderation_blocked]');
    await expect(studio.stage).toContainText('blocked by the content policy. You were not charged.');
    expect(await balance()).toBe(before);
    await providers.openList();
    await expect(providers.row('OpenAI')).toContainText('Ready');
  });

  await test.step('a vendor that fails turns red, and green again when it is back', async () => {
    const before = await balance();
    vendors.openai.failAlways('server_error');
    await page.goto('/');
    await studio.chooseProvider('OpenAI');
    await studio.generate('A harbour in a storm');
    await expect(studio.stage).toContainText('You were not charged.');
    expect(await balance()).toBe(before);
    await providers.open('OpenAI');
    await expect(providers.health).toContainText('It is failing');
    await expect(providers.health).toContainText('Look at the address and the network');
    await expectAccessible(page);

    vendors.openai.failAlways(undefined);
    await page.goto('/');
    await studio.chooseProvider('OpenAI');
    await studio.generate('A harbour after the storm');
    await expect(studio.receipt()).toBeVisible();
    await providers.open('OpenAI');
    await expect(providers.health).toContainText('It delivers.');
    await expect(providers.health).not.toContainText('It is failing');
  });

  await test.step('Auto asks in the order that the keyboard gave it', async () => {
    await providers.openList();
    const up = page.getByRole('button', { name: 'Prefer Gemini more' });
    await up.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main').getByRole('listitem').first()).toContainText('Gemini');
    await expect(up).toBeFocused();
    await page.goto('/');
    await studio.chooseProvider('Auto (recommended)');
    await studio.generate('A harbour by whoever comes first');
    await expect(studio.receipt()).toBeVisible();
    expect(await latestImage()).toMatchObject({ provider: 'gemini' });
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`what a provider’s page can hold passes axe in ${colorScheme} and fits a narrow screen`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn(page);
    const pages: ProviderLabel[] = ['OpenAI', 'Gemini', 'Ollama'];
    await page.goto('/admin/providers');
    for (const label of pages) {
      await page.getByRole('link', { name: label, exact: true }).click();
      await page.getByRole('heading', { name: label, exact: true }).waitFor();
      await expectAccessible(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ label, overflow }).toEqual({ label, overflow: 0 });
      await page.getByRole('link', { name: 'Providers' }).first().click();
    }
    await page.getByRole('link', { name: 'OpenAI', exact: true }).click();
    await page.getByRole('button', { name: 'Change address' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });
}
