import type { Locator, Page } from '@playwright/test';
import { openedDialog } from './dialog.js';

export type ProviderLabel = 'OpenAI' | 'Hugging Face' | 'Gemini' | 'Own server (OpenAI-compatible)' | 'Ollama';

export class ProvidersPage {
  /** What the last test of the connection said. */
  readonly testResult: Locator;
  readonly health: Locator;

  constructor(private readonly page: Page) {
    this.testResult = page.getByRole('region', { name: 'Connection' }).getByRole('status');
    this.health = page.getByRole('region', { name: 'Health' });
  }

  async openList(): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Providers' }).click();
    await this.page.getByRole('heading', { name: 'Providers' }).waitFor();
  }

  /** From the list. */
  async open(label: ProviderLabel): Promise<void> {
    await this.openList();
    await this.page.getByRole('link', { name: label, exact: true }).click();
    await this.page.getByRole('heading', { name: label, exact: true }).waitFor();
  }

  /** One provider in the list. */
  row(label: ProviderLabel): Locator {
    return this.page.getByRole('listitem').filter({ has: this.page.getByRole('link', { name: label, exact: true }) });
  }

  async enterKey(key: string): Promise<void> {
    await this.page.getByRole('button', { name: /^(Add|Replace) key$/ }).click();
    await this.fillDialog({ Key: key });
  }

  async enterAddress(address: string, key: string): Promise<void> {
    await this.page.getByRole('button', { name: /^(Add|Change) address$/ }).click();
    await this.fillDialog({ Address: address, 'Key for this address': key });
  }

  async testConnection(): Promise<void> {
    await this.page.getByRole('button', { name: 'Test connection' }).click();
  }

  private async fillDialog(values: Readonly<Record<string, string>>): Promise<void> {
    const dialog = await openedDialog(this.page);
    for (const [label, value] of Object.entries(values)) await dialog.getByLabel(label, { exact: true }).fill(value);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }
}
