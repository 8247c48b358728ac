import { defineConfig } from '@playwright/test';
import { findChromium } from '../tools/services.mjs';

const report = process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'];
const executablePath = findChromium();

/** Whole journeys in the machine's own Chromium against the built product; every worker has a server of its own. */
export default defineConfig({
  testDir: './console',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results/console',
  fullyParallel: false,
  workers: 2,
  // A journey that passes only sometimes is a failure.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: report ? [['line'], ['json', { outputFile: report }]] : [['line']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    // A film of what is seen costs a quarter of the time; the pages themselves are kept, and a picture of the failure.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
