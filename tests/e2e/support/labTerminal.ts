import { expect, type Page } from '@playwright/test';

/** Boots the machine and waits for its prompt. */
export async function openTerminal(page: Page): Promise<void> {
  await page.keyboard.press('Control+`');
  await expect(screenOf(page)).toContainText('root@palimpsest:~#');
}

export function screenOf(page: Page) {
  return page.locator('.terminal .output');
}

/** Types a line, and waits for what its end prints. */
export async function run(page: Page, line: string): Promise<void> {
  const mark = `done-${Math.random().toString(36).slice(2, 8)}`;
  await page.keyboard.type(`${line}; echo ${mark.slice(0, 4)}""${mark.slice(4)}\n`);
  await expect(screenOf(page)).toContainText(mark, { timeout: 30_000 });
}

/** Chooses from the menu of the machine. */
export async function chooseOfMachine(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Machine', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
