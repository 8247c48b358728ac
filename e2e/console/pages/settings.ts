import type { Locator, Page } from '@playwright/test';

export class SettingsPage {
  readonly saveBar: Locator;

  constructor(private readonly page: Page) {
    this.saveBar = page.getByRole('region', { name: 'Unsaved changes' });
  }

  async open(section?: 'Prompt enhancement' | 'New users and limits'): Promise<void> {
    await this.page.goto('/admin/settings');
    if (section) await this.page.getByRole('link', { name: section }).click();
  }

  price(tier: 'Standard' | 'Premium 2' | 'Premium 4'): Locator {
    return this.page.getByRole('textbox', { name: `${tier} price` });
  }

  /** Reviews the changes and saves them, until the server has them. @returns what the review listed */
  async save(): Promise<string> {
    await this.saveBar.getByRole('button', { name: 'Review' }).click();
    const review = this.page.getByRole('dialog');
    const listed = await review.getByRole('list').innerText();
    await review.getByRole('button', { name: /^Save/ }).click();
    await review.waitFor({ state: 'hidden' });
    await this.saveBar.waitFor({ state: 'hidden' });
    return listed;
  }
}
