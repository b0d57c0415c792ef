// Finds a Chromium for the tests, or installs one: $CHROMIUM, the system's, Debian's package (as root),
// Playwright's own download, in that order. Prints its path on standard output.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of a Chromium that starts; throws an Error that says what to install when there is none. */
export async function provideBrowser() {
  const found = fromEnvironment() ?? fromSystem();
  if (found) return found;
  const installed = fromApt() ?? (await fromPlaywright());
  if (installed) return installed;
  throw new Error('No Chromium: install one (on Debian: apt-get install chromium) or set CHROMIUM to its path.');
}

function fromEnvironment() {
  const path = process.env.CHROMIUM;
  if (!path) return undefined;
  if (!isExecutable(path)) throw new Error(`CHROMIUM names ${path}, which is no program.`);
  return path;
}

function fromSystem() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).concat(MAC);
  return candidates.find(isExecutable);
}

function fromApt() {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return undefined;
  console.error('Installing Chromium and a CJK font with apt-get …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 2, 2];
  spawnSync('apt-get', ['update', '-qq'], { stdio, env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], {
    stdio,
    env,
  });
  return fromSystem();
}

async function fromPlaywright() {
  console.error('Asking Playwright for its own Chromium …');
  spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: ['ignore', 2, 2] });
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return isExecutable(path) ? path : undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await provideBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
