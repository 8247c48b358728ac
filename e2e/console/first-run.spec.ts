import { expect, test as base } from '../support/browser.js';
import { startServer } from '../support/server.js';
import { EntryPages } from './pages/entry.js';
import { SettingsPage } from './pages/settings.js';
import { StudioPage } from './pages/studio.js';

const ANA = { name: 'Ana Lima', email: 'ana@atelier.test', password: 'a-quiet-harbour-at-dusk' };

/** This journey begins with nobody, so it has a server of its own. */
const test = base.extend<{ setupLink: string }>({
  setupLink: async ({}, use) => {
    const server = await startServer({ hasAdmin: false });
    const [link] = await server.waitForLog(/http:\/\/\S+\/setup#token=\S+/);
    await use(link);
    await server.dispose();
  },
});

test('from the first start to an image, the gallery, and a new price', async ({ page, setupLink }) => {
  const entry = new EntryPages(page);
  const studio = new StudioPage(page);
  const origin = new URL(setupLink).origin;

  await test.step('set up with the link that the server printed', async () => {
    await entry.setUp(setupLink, ANA);
    await expect(studio.prompt).toBeFocused();
    await expect(studio.credits).toContainText('100');
  });

  await test.step('make an image and pay for it', async () => {
    await expect(page.getByRole('combobox', { name: 'Provider' })).toContainText('Auto (recommended)');
    await expect(studio.generateButton).toContainText('1 credit');
    await studio.generate('A lighthouse at dusk, oil painting');
    await expect(studio.receipt()).toContainText('1 credit');
    await expect(studio.credits).toContainText('99');
    const image = studio.stage.getByRole('img', { name: /Generated image: A lighthouse at dusk/ });
    await expect(image).toBeVisible();
    await expect
      .poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth))
      .toBeGreaterThanOrEqual(512);
  });

  await test.step('find it in the gallery with everything about it, and download it', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Gallery' }).click();
    await page.getByRole('link', { name: /A lighthouse at dusk/ }).click();
    const details = page.getByRole('complementary', { name: 'Image details' });
    for (const fact of ['A lighthouse at dusk, oil painting', 'mock-canvas-1', '1024', '1 credit', 'mock-']) {
      await expect(details).toContainText(fact);
    }
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).first().click();
    expect((await download).suggestedFilename()).toMatch(/\.png$/);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('link', { name: /A lighthouse at dusk/ })).toBeFocused();
  });

  await test.step('raise the price', async () => {
    const settings = new SettingsPage(page);
    await page.goto(`${origin}/admin/settings`);
    await settings.price('Standard').fill('5');
    await expect(settings.saveBar).toContainText('1 unsaved change');
    expect(await settings.save()).toMatch(/Standard price\s+1\s*→?.*5 credits/s);
  });

  await test.step('the next image costs the new price', async () => {
    await page.goto(origin);
    await expect(studio.generateButton).toContainText('5 credits');
    await studio.generate('The same lighthouse at dawn');
    await expect(studio.receipt()).toContainText('5 credits');
    await expect(studio.credits).toContainText('94');
  });

  await test.step('the ledger tells the same', async () => {
    await page.goto(`${origin}/credits`);
    const rows = page.getByRole('table').getByRole('row');
    await expect(rows.filter({ hasText: 'Used' })).toHaveCount(2);
    await expect(page.getByRole('main')).toContainText('94');
  });
});
