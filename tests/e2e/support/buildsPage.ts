import { expect, type Locator, type Page } from '@playwright/test';

/** The builds of the machine, as a reader works with them. */
export class BuildsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('./#/builds');
    await expect(this.page.getByRole('button', { name: /^(Examples|示例)/ }).first()).toBeVisible();
    await expect(this.page.locator('.files .sum')).toBeVisible();
  }

  /** By the folder that it is written to. */
  async start(example: string): Promise<void> {
    await this.page
      .getByRole('button', { name: /^(Examples|示例)/ })
      .first()
      .click();
    await this.page.locator('dialog button', { hasText: `/root/${example}` }).click();
    await expect(this.place).toHaveValue(`/root/${example}/Dockerfile`);
  }

  /** What stands in the editor gives way to this text. */
  async write(text: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(text);
  }

  /** Builds, and waits for the end. */
  async build(): Promise<void> {
    await this.buildButton.click();
    await expect(this.buildButton).toBeVisible({ timeout: 45_000 });
    await expect(this.summary).not.toContainText('Building');
  }

  get place(): Locator {
    return this.page.getByRole('combobox', { name: 'Dockerfile' });
  }

  get editor(): Locator {
    return this.page.locator('.cm-content');
  }

  get buildButton(): Locator {
    return this.page.getByRole('button', { name: 'Build', exact: true });
  }

  get steps(): Locator {
    return this.page.locator('.steps ol > li');
  }

  get summary(): Locator {
    return this.page.locator('.steps [role=status]');
  }

  /** Words that tell what became of each step. */
  fates(): Promise<readonly string[]> {
    return this.page.locator('.steps .fate').allTextContents();
  }
}
