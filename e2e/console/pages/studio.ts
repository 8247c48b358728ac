import type { Locator, Page } from '@playwright/test';

export class StudioPage {
  readonly prompt: Locator;
  readonly generateButton: Locator;
  readonly stage: Locator;
  /** The balance in the app bar. */
  readonly credits: Locator;

  constructor(private readonly page: Page) {
    this.prompt = page.getByLabel('Describe your image');
    this.generateButton = page.getByRole('button', { name: /^Generate ·/ });
    this.stage = page.getByRole('region', { name: 'Current image' });
    this.credits = page.getByRole('banner').getByRole('button', { name: /credit/ });
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await this.prompt.waitFor();
  }

  async chooseTier(name: 'Standard' | 'Premium 2' | 'Premium 4'): Promise<void> {
    await this.page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
  }

  /** @param name as it is in the list */
  async chooseProvider(name: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Provider' }).click();
    await this.page
      .getByRole('option')
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .click();
  }

  async generate(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.generateButton.click();
  }

  /** The receipt of the image on the stage, once it is there. */
  receipt(): Locator {
    return this.stage.getByRole('heading', { name: /Ready in/ });
  }
}
