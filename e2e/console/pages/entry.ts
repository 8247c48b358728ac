import type { Page } from '@playwright/test';

/** The pages in front of the console: set-up and sign-in. */
export class EntryPages {
  constructor(private readonly page: Page) {}

  async setUp(link: string, administrator: { name: string; email: string; password: string }): Promise<void> {
    await this.page.goto(link);
    await this.page.getByLabel('Your name').fill(administrator.name);
    await this.page.getByLabel('Email').fill(administrator.email);
    await this.page.getByLabel('Password', { exact: true }).fill(administrator.password);
    await this.page.getByRole('button', { name: 'Create account' }).click();
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<void> {
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: /^Account of/ }).click();
    await this.page.getByRole('button', { name: 'Sign out' }).click();
  }
}
