import { readFileSync } from 'node:fs';
import { chooseOfMachine, openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test } from './support/test.ts';

/** What is written is on its way at most so long. */
const WRITTEN_MS = 1500;

test.describe('LAB-3 the machine is kept', () => {
  test('files, images and containers are there after a reload', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'mkdir -p notes; echo remembered > notes/one; chmod 640 notes/one');
    await run(page, 'docker pull -q alpine; docker tag alpine my/own:tag');
    await run(page, 'docker run -d --name box alpine sleep 1000; docker exec box sh -c "echo inside > /said"');
    await page.waitForTimeout(WRITTEN_MS);
    await explorer.reload();
    await openTerminal(page);
    await run(page, 'clear; stat -c %a notes/one; cat notes/one; docker images; docker ps -a');
    const screen = screenOf(page);
    for (const text of ['640', 'remembered', 'my/own', 'Exited (255)', 'box']) await expect(screen).toContainText(text);
    await run(page, 'clear; docker start box; docker exec box cat /said');
    await expect(screen).toContainText('inside');
  });

  test('a new machine takes its place', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'echo old > mark');
    page.on('dialog', (dialog) => void dialog.accept());
    await chooseOfMachine(page, 'New machine');
    await expect(screenOf(page)).toContainText('root@palimpsest:~#');
    await page.locator('.terminal').click();
    await run(page, 'cat mark; echo new > other');
    await expect(screenOf(page)).toContainText('No such file');
    await page.waitForTimeout(WRITTEN_MS);
    await explorer.reload();
    await openTerminal(page);
    await run(page, 'clear; ls');
    await expect(screenOf(page)).toContainText('other');
    await expect(screenOf(page)).not.toContainText('mark');
  });

  test('one can go back to what was before the reload', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'echo first > mark; ssh b "echo hers > mark"');
    await run(page, 'rm mark; ssh b rm mark');
    await page.waitForTimeout(WRITTEN_MS);
    await explorer.reload();
    await openTerminal(page);
    await page.getByRole('button', { name: 'Undo the last command' }).click();
    await page.locator('.terminal').click();
    await run(page, 'clear; cat mark; ssh b cat mark');
    await expect(screenOf(page)).toContainText('first');
    await expect(screenOf(page)).toContainText('hers');
  });

  test('one that a later version kept stays as it is', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'echo old > mark');
    await page.waitForTimeout(WRITTEN_MS);
    await page.evaluate(replaceVersion, ['"version":2', '"version":9'] as const);
    await explorer.reload();
    await openTerminal(page);
    await expect(page.getByText('could not be opened')).toBeVisible();
    await run(page, 'ls; echo new > other');
    await page.waitForTimeout(WRITTEN_MS);
    await page.evaluate(replaceVersion, ['"version":9', '"version":2'] as const);
    await explorer.reload();
    await openTerminal(page);
    await run(page, 'clear; ls');
    await expect(screenOf(page)).toContainText('mark');
    await expect(screenOf(page)).not.toContainText('other');
  });

  test('a second tab has one of its own, and says so', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'echo first > mark');
    await page.waitForTimeout(WRITTEN_MS);
    const second = await page.context().newPage();
    await second.goto(page.url());
    await expect(second.getByRole('main')).not.toBeEmpty();
    await openTerminal(second);
    await expect(second.getByText('another tab keeps its own')).toBeVisible();
    await run(second, 'ls; rm -rf mark; echo second > other');
    await second.close();
    await page.bringToFront();
    await explorer.reload();
    await openTerminal(page);
    await run(page, 'clear; ls');
    await expect(screenOf(page)).toContainText('mark');
    await expect(screenOf(page)).not.toContainText('other');
  });

  test('it goes into a file and comes out of it', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'echo saved > mark; docker pull -q alpine');
    const downloading = page.waitForEvent('download');
    await chooseOfMachine(page, 'Save the whole machine…');
    const path = await (await downloading).path();
    expect(readFileSync(path).subarray(0, 18).toString()).toBe('palimpsest-machine');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.locator('.terminal').click();
    await run(page, 'rm mark; docker rmi alpine');
    const choosing = page.waitForEvent('filechooser');
    await chooseOfMachine(page, 'Load a machine…');
    await (await choosing).setFiles(path);
    await expect(screenOf(page)).not.toContainText('docker rmi');
    await page.locator('.terminal').click();
    await run(page, 'cat mark; docker images');
    await expect(screenOf(page)).toContainText('saved');
    await expect(screenOf(page)).toContainText('alpine');
  });
});

/** In the page: the first text in the head of the kept machine becomes the second, of the same length. */
async function replaceVersion([from, to]: readonly [string, string]): Promise<void> {
  const request = <T>(asked: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  const database = await request(indexedDB.open('palimpsest-machine'));
  const store = database.transaction('values', 'readwrite').objectStore('values');
  const head = await request<Uint8Array>(store.get('machine/head'));
  const at = new TextDecoder('latin1').decode(head).indexOf(from);
  if (at < 0) throw new Error(`no ${from}`);
  head.set(new TextEncoder().encode(to), at);
  await request(store.put(head, 'machine/head'));
  database.close();
}
