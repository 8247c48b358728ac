import type { Page } from '@playwright/test';
import type { User } from '@atelier/contracts';
import { ADMIN } from '../support/server.js';
import { expect, expectAccessible, test } from '../support/browser.js';
import { openedDialog } from './pages/dialog.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

const PAGES = [
  '/',
  '/gallery',
  '/credits',
  '/api-keys',
  '/webhooks',
  '/profile',
  '/admin/settings',
  '/admin/providers',
  '/admin/users',
  '/admin/service-accounts',
  '/admin/ledger',
  '/admin/audit-log',
  '/nowhere',
];
const SECTIONS = ['enhancement', 'limits'].map((section) => `/admin/settings?section=${section}`);

/** What people call things may be one word of any length. */
const ONE_WORD = 'NightlyBatchOfTheEuropeanMarketingDepartmentWithoutAnySpaces';

/** Everything on the page has arrived and stands still. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready);
}

/** By an outline of it or of its label, by Material's ring, or by the frame of a field. */
function isFocusDrawn(element: Element): boolean {
  const around = element.closest('mat-form-field, mat-button-toggle, mat-checkbox, mat-radio-button, label') ?? element;
  const hasOutline = (outlined: Element, pseudo?: string): boolean => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(outlined, pseudo);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && opacity !== '0';
  };
  const hasRing = (indicator: Element): boolean => {
    const { content, display, borderTopWidth } = getComputedStyle(indicator, '::before');
    return content !== 'none' && display !== 'none' && parseFloat(borderTopWidth) >= 2;
  };
  return (
    around.matches('.mat-focused') ||
    [element, around].some((outlined) => hasOutline(outlined) || hasOutline(outlined, '::after')) ||
    [around, ...around.querySelectorAll('.mat-focus-indicator')].some(hasRing)
  );
}

async function signInWithAnImage(page: Page): Promise<void> {
  const studio = new StudioPage(page);
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await studio.prompt.waitFor();
  await studio.generate('Boats in a harbour');
  await expect(studio.receipt()).toBeVisible();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page passes axe in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('/login');
    await settled(page);
    await expectAccessible(page);
    // A transition of everything, however short, would be measured half-way by whoever measures right after a change.
    await expect(page.locator('body')).toHaveCSS('transition-duration', '0s');
    await page.goto('/setup');
    await settled(page);
    await expectAccessible(page);
    await page.goto('/invitation');
    await settled(page);
    await expectAccessible(page);

    await signInWithAnImage(page);
    await expectAccessible(page);
    for (const path of [...PAGES, ...SECTIONS]) {
      await page.goto(path);
      await settled(page);
      await expectAccessible(page);
    }

    await page.goto('/gallery');
    await page
      .getByRole('link', { name: /Boats in a harbour/ })
      .first()
      .click();
    await settled(page);
    await expectAccessible(page);

    await page.goto('/admin/users');
    await page.getByRole('button', { name: 'Create user' }).first().click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });
}

test('nothing breaks the content security policy or logs an error', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));

  await signInWithAnImage(page);
  for (const path of PAGES) {
    await page.goto(path);
    await settled(page);
  }

  // Before anybody is signed in there is no session to restore, and the browser reports that answer as an error.
  expect(complaints.filter((text) => !/401/.test(text))).toEqual([]);
});

test('whoever goes by keyboard sees where they are', async ({ page }) => {
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await new StudioPage(page).prompt.waitFor();
  for (const path of ['/', '/api-keys', '/admin/audit-log', '/profile']) {
    await page.goto(path);
    await settled(page);
    const unseen: string[] = [];
    for (let step = 0; step < 32; step += 1) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      if ((await focused.count()) === 0) break;
      await expect
        .poll(() => focused.evaluate(isFocusDrawn), { timeout: 5_000 })
        .toBe(true)
        .catch(async () => unseen.push(await focused.evaluate((element) => element.outerHTML)));
    }
    expect({ path, unseen }).toEqual({ path, unseen: [] });
  }
});

test('a prompt with markup in it is shown as text', async ({ page }) => {
  const prompt = '<img src=x onerror="document.title=1"><b>bold</b>';
  const studio = new StudioPage(page);
  await page.goto('/login');
  await new EntryPages(page).signIn(ADMIN);
  await studio.prompt.waitFor();
  await studio.generate(prompt);

  await expect(studio.receipt()).toBeVisible();
  await expect(studio.stage.getByText(prompt)).toBeVisible();
  expect(await page.title()).not.toBe('1');
});

for (const size of [
  { width: 360, height: 640 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
]) {
  test(`no page scrolls sideways at ${size.width} pixels`, async ({ page, admin }) => {
    const { body: account } = await admin.post<User>('/admin/service-accounts', { name: ONE_WORD });
    await admin.post('/api-keys', { name: ONE_WORD, scopes: ['generate'], user_id: account.id });
    await page.setViewportSize(size);
    await signInWithAnImage(page);
    for (const path of [...PAGES, ...SECTIONS, '/api-keys?of=service-accounts']) {
      await page.goto(path);
      await settled(page);
      const overflow = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.querySelector('main') ?? document.body;
        return document.documentElement.scrollWidth - innerWidth + scrollWidth - clientWidth;
      });
      expect({ path, overflow }).toEqual({ path, overflow: 0 });
    }
    await page
      .getByRole('button', { name: `Actions for ${ONE_WORD}` })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const title = (await openedDialog(page)).getByRole('heading');
    await expect(title).toContainText(ONE_WORD);
    expect(await title.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);

    await page.goto('/');
    await expect(new StudioPage(page).generateButton).toBeInViewport();
  });
}

test('nothing moves on a phone when the images of the gallery arrive', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await signInWithAnImage(page);
  const held = Promise.withResolvers<void>();
  await page.route('**/api/v1/gallery/images?*', async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto('/gallery');
  const tiers = page.getByRole('radiogroup', { name: 'Tier' });
  await page.locator('.skeletons').waitFor();
  await page.evaluate(() => document.fonts.ready);
  const before = await tiers.boundingBox();
  held.resolve();
  await expect(page.getByRole('status').filter({ hasText: /^\d+ images?$/ })).toBeVisible();
  expect(await tiers.boundingBox()).toEqual(before);
});

test('the page and what it names itself are at most 95 kB on the wire', async ({ page }) => {
  const sizes = new Map<string, Promise<number>>();
  page.on('requestfinished', (request) => {
    const size = request.sizes().then(({ responseBodySize }) => responseBodySize);
    sizes.set(new URL(request.url()).pathname, size);
  });
  const response = await page.goto('/login');
  const html = (await response?.text()) ?? '';
  await settled(page);

  const named = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path = '']) => path);
  const initial = await Promise.all(['/login', ...named].map((path) => sizes.get(path) ?? Promise.resolve(Number.NaN)));

  expect(named.length).toBeGreaterThanOrEqual(3);
  expect(initial.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(95_000);
});
