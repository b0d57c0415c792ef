import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CDPSession, type Locator, type Page, expect } from '@playwright/test';

/** The page as a reader sees it. Words are those of the English catalogue. */
export class ExplorerPage {
  readonly page: Page;
  #session: CDPSession | undefined;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page and waits until it has restored what was open. */
  async goto(address = './'): Promise<void> {
    await this.page.goto(address);
    await this.isReady();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.isReady();
  }

  async isReady(): Promise<void> {
    await expect(this.page.getByRole('main')).not.toBeEmpty();
  }

  /** Drops files or folders from outside, as the browser has it: with entries and handles. */
  async drop(...paths: string[]): Promise<void> {
    this.#session ??= await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    const { width, height } = this.page.viewportSize() ?? { width: 800, height: 600 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await this.#session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
    }
  }

  /** Drops, and waits until the layers of the image on show have been read. */
  async open(...paths: string[]): Promise<void> {
    const before = await this.archives.count();
    await this.drop(...paths);
    await expect(this.archives).toHaveCount(before + paths.length);
    await this.isIndexed();
  }

  async isIndexed(): Promise<void> {
    await expect(this.tree).toBeVisible();
    await expect(this.tree).toHaveAttribute('aria-busy', 'false');
    await expect(this.row('').or(this.rows).first()).toBeVisible();
  }

  get archives(): Locator {
    return this.page.getByRole('region', { name: 'Archives and images' }).getByRole('article');
  }

  archive(fileName: string): Locator {
    return this.archives.filter({ has: this.page.getByRole('heading', { name: fileName, exact: true }) });
  }

  get layers(): Locator {
    return this.page.getByRole('listbox', { name: /layers?$/ }).getByRole('option');
  }

  layer(number: number): Locator {
    return this.page.getByRole('option', { name: new RegExp(`^Layer ${number} `) });
  }

  get tree(): Locator {
    return this.page.getByRole('treegrid', { name: 'Files' });
  }

  get rows(): Locator {
    return this.tree.locator('[role=row][data-path]');
  }

  /** The row of a path; where x-ray shows several versions, the visible one comes first. */
  row(path: string): Locator {
    return this.tree.locator(`[role=row][data-path=${JSON.stringify(path)}]`);
  }

  get focusedRow(): Locator {
    return this.tree.locator('[role=row]:focus');
  }

  get details(): Locator {
    return this.page.getByRole('tabpanel');
  }

  get faults(): Locator {
    return this.page.getByRole('alert');
  }

  /** Unfolds what can be done with an archive, and what was found in it. */
  async showMore(): Promise<void> {
    await this.archives.locator('summary').first().click();
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async show(panel: string): Promise<void> {
    await this.page.getByRole('tab', { name: panel, exact: true }).click();
    await expect(this.details.getByRole('region').first()).toBeVisible();
  }

  /** Gives a restored archive its file or folder again. */
  async reopen(path: string): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Re-open' }).first().click();
    await (await choosing).setFiles(path);
  }

  /** Unfolds everything and selects a path. */
  async select(path: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Unfold all directories' }).click();
    await this.row(path).first().click();
    await expect(this.row(path).first()).toHaveAttribute('aria-selected', 'true');
  }

  /** sha256 of what the Download button of the content gives. */
  async downloadedDigest(): Promise<string> {
    const started = this.page.waitForEvent('download');
    await this.details.getByRole('button', { name: 'Download' }).click();
    return digestOfFile(await (await started).path());
  }
}

export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return `sha256:${hash.digest('hex')}`;
}
