import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';
import { median, peakBytesOf } from './measure.ts';
import type { PageFigures } from './page/page.ts';

export interface ChromiumFigures extends PageFigures {
  /** Peak resident set of the renderer process, which holds the page and its worker. */
  readonly peakBytes: number;
  /** The same before the file was given. */
  readonly bareBytes: number;
}

const ROUNDS = 3;
const OPEN_TIMEOUT_MS = 120_000;
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Opens the archive in the explorer's worker in a real Chromium, each round in a fresh one; the middle round
 *  counts. Gives the reason where that cannot be done. */
export async function openInChromium(path: string, projectDir: string): Promise<ChromiumFigures | string> {
  const pageDir = join(projectDir, '.cache/bench-build/page');
  try {
    await buildPage(projectDir, pageDir);
  } catch (error) {
    return `the page does not build: ${firstLine(error)}`;
  }
  const server = await serve(pageDir);
  try {
    const rounds: ChromiumFigures[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await openOnce(path, server.address));
    const middle = median(rounds.map((figures) => figures.allLayersMs));
    return rounds.find((figures) => figures.allLayersMs === middle) as ChromiumFigures;
  } catch (error) {
    return firstLine(error);
  } finally {
    server.close();
  }
}

async function buildPage(projectDir: string, outDir: string): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: join(projectDir, 'bench/page'),
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2022', minify: true },
  });
}

export interface PageServer {
  readonly address: string;
  close(): void;
}

export function serve(dir: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname.replace(/\/$/, '/index.html');
    if (name.includes('..')) return void response.writeHead(400).end();
    try {
      const body = readFileSync(join(dir, name));
      const type = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
      // Their names change with their bytes: hosts let them be kept.
      const age = name.startsWith('/assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {};
      response.writeHead(200, { 'content-type': type, ...age }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      resolve({ address, close: () => server.close() });
    }),
  );
}

export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import('@playwright/test');
  const browserScript = pathToFileURL(join(process.cwd(), 'scripts/browser.mjs')).href;
  const { provideBrowser } = (await import(browserScript)) as { provideBrowser(): Promise<string> };
  return chromium.launch({ executablePath: await provideBrowser(), args: ['--no-sandbox'] });
}

async function openOnce(path: string, address: string): Promise<ChromiumFigures> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => window.isReady);
    const renderers = rendererProcesses();
    const bareBytes = largest(renderers);
    await page.setInputFiles('input', path);
    const handle = await page.waitForFunction(() => window.figures, undefined, { timeout: OPEN_TIMEOUT_MS });
    const figures = await handle.jsonValue();
    if (!figures || 'fault' in figures) throw new Error(figures?.fault ?? 'no figures');
    return { ...figures, bareBytes, peakBytes: largest(renderers) };
  } finally {
    await browser.close();
  }
}

function largest(processIds: readonly number[]): number {
  return Math.max(0, ...processIds.map((id) => peakBytesOf(id) ?? 0));
}

/** The renderers among our descendants: the browser is started by this process. */
function rendererProcesses(): number[] {
  const parents = new Map<number, number>();
  const renderers: number[] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=renderer')) renderers.push(Number(name));
    } catch {
      // The process ended while we looked.
    }
  }
  const descends = (id: number | undefined): boolean =>
    id !== undefined && id > 1 && (id === process.pid || descends(parents.get(id)));
  return renderers.filter(descends);
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}
