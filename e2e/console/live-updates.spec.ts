import type { Generation } from '@atelier/contracts';
import type { Page, Request } from '@playwright/test';
import { type ApiClient, signIn } from '../support/api-client.js';
import { expect, test as base } from '../support/browser.js';
import { createMember, type Member } from '../support/members.js';
import { startServer } from '../support/server.js';
import { EntryPages } from './pages/entry.js';
import { StudioPage } from './pages/studio.js';

const test = base.extend<{ member: Member }>({
  member: async ({ server, admin }, use) => use(await createMember(server, admin, 40)),
});

/** Some jobs take a while, so that a page which is slow to draw still shows them under way. */
const UNTIL_MADE = { timeout: 40_000 };

async function openStudio(page: Page, member: Pick<Member, 'email' | 'password'>): Promise<StudioPage> {
  const studio = new StudioPage(page);
  await page.goto('/login');
  await new EntryPages(page).signIn(member);
  await studio.prompt.waitFor();
  return studio;
}

/** As a program asks for images: it waits for them only where it says so. */
async function generate(client: ApiClient, prompt: string, { count = 1, isAwaited = false } = {}): Promise<Generation> {
  const headers = { prefer: isAwaited ? 'wait=30' : 'respond-async' };
  const answer = await client.post<Generation>('/studio/generate', { prompt, tier: 'standard', count }, { headers });
  expect(answer.status).toBe(isAwaited ? 201 : 202);
  return answer.body;
}

/** Everything the page asks about single generations, which it need not as long as the stream tells it. */
function questionsOf(page: Page): Request[] {
  const questions: Request[] = [];
  page.on('request', (request) => {
    if (/\/studio\/generations\/[^/]+$/.test(new URL(request.url()).pathname)) questions.push(request);
  });
  return questions;
}

const untilStreaming = (page: Page) =>
  page.waitForResponse((answer) => answer.url().includes('/api/v1/studio/events?') && answer.status() === 200);

test('a job that a program makes appears, goes on and ends in the studio by itself', async ({ page, member }) => {
  const questions = questionsOf(page);
  const streaming = untilStreaming(page);
  const studio = await openStudio(page, member);
  await streaming;

  await generate(member.client, 'A harbour by a program [mock:delay=8000]');
  const tile = page.getByRole('button', { name: 'In progress: A harbour by a program' });
  await expect(tile).toBeVisible();
  await tile.click();
  await expect(studio.stage).toContainText('Creating');

  await expect(studio.receipt()).toContainText('1 credit', UNTIL_MADE);
  await expect(studio.credits).toContainText('39');
  expect(questions).toEqual([]);
});

test('a job of one tab is followed in another, which leaves its stage to the person', async ({
  page,
  context,
  member,
}) => {
  const before = await generate(member.client, 'A harbour from before', { isAwaited: true });
  const studio = await openStudio(page, member);
  const second = await context.newPage();
  const streaming = untilStreaming(second);
  const other = new StudioPage(second);
  await other.open();
  await streaming;
  await expect(other.stage).toContainText('A harbour from before');

  await studio.generate('A harbour of the first tab [mock:delay=8000]');
  await expect(second.getByRole('button', { name: 'In progress: A harbour of the first tab' })).toBeVisible();
  await expect(studio.receipt()).toBeVisible(UNTIL_MADE);

  await expect(second.getByRole('button', { name: 'New image ready' })).toBeVisible();
  await expect(other.stage).toContainText(before.prompt);
  await second.getByRole('button', { name: 'New image ready' }).click();
  await expect(other.stage).toContainText('A harbour of the first tab');
});

test('a job is finished by asking when the stream does not come through', async ({ page, member }) => {
  const questions = questionsOf(page);
  await page.route('**/api/v1/studio/events?*', (route) => route.abort());
  const studio = await openStudio(page, member);

  await studio.generate('A harbour without a stream [mock:delay=2500]');

  await expect(studio.receipt()).toBeVisible();
  expect(questions.length).toBeGreaterThan(0);
});

test('a place in the queue, the progress of several images and what they came to are told', async ({
  page,
  member,
}) => {
  const questions = questionsOf(page);
  const streaming = untilStreaming(page);
  const studio = await openStudio(page, member);
  await streaming;
  for (let made = 0; made < 2; made += 1) await generate(member.client, 'A quick harbour', { isAwaited: true });
  await generate(member.client, 'A busy harbour [mock:delay=8000]', { count: 4 });

  await studio.generate('A patient harbour [mock:delay=5000]');
  await expect(studio.stage).toContainText(/Queued · next in line/);
  await expect(studio.stage).toContainText(/Creating · \d+ s/, UNTIL_MADE);
  await expect(studio.receipt()).toContainText('1 credit', UNTIL_MADE);
  expect(questions).toEqual([]);
});

test('a job outlives the restart of its server while somebody looks on', async ({ page }) => {
  test.setTimeout(240_000);
  let server = await startServer();
  try {
    const admin = await signIn(server);
    const member = await createMember(server, admin, 10);
    const studio = new StudioPage(page);
    await page.goto(`${server.origin}/login`);
    await new EntryPages(page).signIn(member);
    await studio.prompt.waitFor();
    await studio.generate('A steadfast harbour [mock:delay=12000]');
    await expect(studio.stage).toContainText('Creating');

    await server.kill();
    await expect(studio.stage).toContainText('Still working. We’ll show it when you’re back online.');
    const resuming = page.waitForRequest((request) => request.url().includes('last_event_id='));
    server = await server.restart();
    await resuming;

    // On a shared database the work is taken up again when the lease of the killed process has run out.
    await expect(studio.receipt()).toContainText('1 credit', { timeout: 85_000 });
    const { body } = await member.client.get<{ images: Generation['images'] }>('/studio/my-creations');
    expect(body.images).toHaveLength(1);
  } finally {
    await server.dispose();
  }
});
