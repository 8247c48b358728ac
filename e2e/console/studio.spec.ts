import type { Balance } from '@atelier/contracts';
import { expect, test as base } from '../support/browser.js';
import { createMember, type Member } from '../support/members.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

/** Each journey has a member of its own with 10 credits, signed in. */
const test = base.extend<{ member: Member; studio: StudioPage }>({
  member: async ({ server, admin }, use) => use(await createMember(server, admin, 10)),
  studio: async ({ page, member }, use) => {
    const studio = new StudioPage(page);
    await page.goto('/login');
    await new EntryPages(page).signIn(member);
    await studio.prompt.waitFor();
    await use(studio);
  },
});

test('a failed generation says that nothing was charged, and charges nothing', async ({ studio, member }) => {
  await studio.generate('A harbour [mock:fail=provider_unavailable]');

  await expect(studio.stage).toContainText('You were not charged');
  await expect(studio.stage.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(studio.credits).toContainText('10');
  const { body } = await member.client.get<Balance>('/credits/balance');
  expect(body).toMatchObject({ available: 10, held: 0, consumed: 0 });
});

test('a refusal by the content policy says so and offers to edit the prompt', async ({ studio }) => {
  await studio.generate('A harbour [mock:fail=content_rejected]');

  await expect(studio.stage).toContainText('content policy');
  await expect(studio.stage).toContainText('You were not charged');
  await expect(studio.stage.getByRole('button', { name: 'Edit prompt' })).toBeVisible();
});

test('a running generation can be canceled and its credits come back', async ({ studio }) => {
  await studio.generate('A slow harbour [mock:delay=60000]');
  await expect(studio.stage).toContainText('Creating');
  await expect(studio.credits).toContainText('9');

  await studio.stage.getByRole('button', { name: 'Cancel' }).click();

  await expect(studio.stage).toContainText('Cancelled. 1 credit returned.');
  await expect(studio.credits).toContainText('10');
});

test('a generation outlives a reload of the page', async ({ page, studio }) => {
  await studio.generate('A patient harbour [mock:delay=8000]');
  await expect(studio.stage).toContainText('Creating');

  await page.reload();

  await expect(studio.receipt()).toBeVisible({ timeout: 40_000 });
});

test('an enhancement is reviewed beside the original, which is kept', async ({ page, studio, member }) => {
  await studio.prompt.fill('a quiet harbour');
  await page.getByRole('button', { name: 'Enhance' }).click();
  const enhanced = page.getByRole('textbox', { name: 'Enhanced' });
  await expect(enhanced).toHaveValue(/a quiet harbour/i);
  await expect(studio.prompt).toHaveValue('a quiet harbour');
  await enhanced.fill('a quiet harbour under northern lights');

  await page.getByRole('button', { name: 'Use enhanced' }).click();
  await studio.generateButton.click();

  await expect(studio.receipt()).toBeVisible();
  const { body } = await member.client.get<{ images: { prompt: string; enhanced_prompt: string }[] }>(
    '/studio/my-creations',
  );
  expect(body.images[0]).toMatchObject({
    prompt: 'a quiet harbour',
    enhanced_prompt: 'a quiet harbour under northern lights',
  });
});

test('what costs too much can be seen and not bought', async ({ page, studio }) => {
  await studio.chooseTier('Premium 4');
  await studio.prompt.fill('A wide harbour');
  for (let images = 1; images < 4; images += 1) await page.getByRole('button', { name: 'One image more' }).click();

  await expect(studio.generateButton).toContainText('16 credits');
  await expect(page.getByText('You need 6 more credits')).toBeVisible();
  await expect(studio.generateButton).toBeDisabled();
});

test('four images are charged as four', async ({ page, studio }) => {
  await studio.prompt.fill('Four harbours');
  for (let images = 1; images < 4; images += 1) await page.getByRole('button', { name: 'One image more' }).click();

  await studio.generateButton.click();

  await expect(studio.receipt()).toContainText('4 credits');
  await expect(studio.credits).toContainText('6');
  await expect(studio.stage.getByRole('img', { name: /Generated image/ })).toHaveCount(4);
});

test('the whole way works without a mouse', async ({ page, studio }) => {
  await expect(studio.prompt).toBeFocused();
  await page.keyboard.type('A harbour by keyboard');
  await page.keyboard.press('Control+Enter');
  await expect(studio.receipt()).toBeVisible();

  const details = page.getByRole('link', { name: 'Details' });
  await details.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/gallery\/[0-9a-f-]{36}$/);
  const button = page.getByRole('button', { name: 'Download' }).first();
  // A button that still waits for its image can't be focused.
  await expect(button).toBeEnabled();
  await button.focus();
  await expect(button).toBeFocused();
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toMatch(/\.png$/);
});
