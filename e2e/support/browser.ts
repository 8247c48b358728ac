import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, type Page, expect, test as base } from '@playwright/test';
import { type ApiClient, signIn } from './api-client.js';
import { assertNoComplaints } from './answer-complaints.js';
import { watchAnswers } from './browser-answers.js';
import { type Server, startServer } from './server.js';

interface WorkerFixtures {
  /** One server per worker with the administrator `ADMIN`; journeys that change what others see make their own. */
  server: Server;
  /** The administrator over the API: to prepare what a journey needs. */
  admin: ApiClient;
}

/** Playwright's `test` with a running product: `page.goto('/')` is its console. */
export const test = base.extend<{ context: BrowserContext }, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer({ env: { WEBHOOK_ALLOW: '127.0.0.1' } });
      await use(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  admin: [async ({ server }, use) => use(await signIn(server)), { scope: 'worker' }],
  // What the console is answered is held against the document of the API, as everything is in the suite of the API.
  context: async ({ context, server }, use) => {
    const looked = watchAnswers(context, server.origin);
    await use(context);
    await looked();
    assertNoComplaints();
  },
  baseURL: async ({ server }, use) => use(server.origin),
});

export { expect };

/** axe finds nothing on the page as soon as nothing fades in or moves to its place any more. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ effect, playState }) => playState === 'finished' || effect?.getComputedTiming().endTime === Infinity),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
}
