import { expect, test } from '../support/browser.js';

test('the reference of the API needs nobody else, and is read in the dark and on a narrow screen', async ({
  page,
  server,
}) => {
  const complaints: string[] = [];
  const asked = new Set<string>();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  await page.setViewportSize({ width: 360, height: 640 });
  await page.emulateMedia({ colorScheme: 'dark' });

  await page.goto('/api/docs');
  await expect(page.getByRole('heading', { name: /^Atelier/ })).toBeVisible();
  await page.getByText('Every code, and what to do about it').click();
  await expect(page.getByRole('cell', { name: 'credits.insufficient' })).toBeVisible();
  await page.getByRole('button', { name: /^post .*\/studio\/generate$/i }).click();
  await expect(page.getByText('Finished, wholly or in part.')).toBeVisible();
  const look = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - innerWidth,
    background:
      getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor,
  }));

  expect(look.overflow).toBe(0);
  expect(look.background).not.toContain('255, 255, 255');
  expect([...asked].filter((origin) => origin !== 'null')).toEqual([server.origin]);
  expect(complaints).toEqual([]);

  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).not.toHaveClass(/dark-mode/);
});
