import { toHex } from '../../../bytes/hex.ts';
import { encodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { FactPackage } from '../../factPackages.ts';
import type { ApkArguments } from './apkArguments.ts';
import { readText } from './apkDatabase.ts';

const CACHE = '/var/cache/apk';
/** How long an index serves, in seconds (apk(8), --cache-max-age); with -U a minute. */
const MAX_AGE_SEC = 4 * 3600;
const MAX_AGE_UPDATE_SEC = 60;
/** What indexes of the real mirrors weigh (v3.18, 2023). */
const INDEX_BYTES: Readonly<Record<string, number>> = { main: 695_000, community: 1_870_000, testing: 1_300_000 };

/** Whether a command may fetch indexes by itself (`update`), only reads them, or always fetches. */
export type IndexUse = 'refresh' | 'autoupdate' | 'read';

export interface ApkIndexes {
  /** What the repositories that could be read hold. */
  readonly index: ReadonlyMap<string, FactPackage>;
  readonly urls: readonly string[];
  readonly unavailableCount: number;
}

/** Opens the repositories of a machine, as far as they are asked for, and says what is fetched. */
export async function openRepositories(
  process: Process,
  all: ReadonlyMap<string, FactPackage>,
  given: ApkArguments,
  use: IndexUse,
): Promise<ApkIndexes> {
  const urls = [...given.values('repository'), ...(await repositoryUrls(process))];
  const opened: string[] = [];
  for (const url of urls) if (await isOpened(process, url, given, use)) opened.push(url);
  const letters = new Set<string>(opened.map((url) => (url.endsWith('/main') ? 'm' : 'c')));
  return {
    index: new Map([...all].filter(([, { repository }]) => letters.has(repository))),
    urls: opened,
    unavailableCount: urls.length - opened.length,
  };
}

async function repositoryUrls(process: Process): Promise<readonly string[]> {
  const lines = (await readText(process, '/etc/apk/repositories')).split('\n').map((line) => line.trim());
  const urls = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/^@\S+\s+/, ''));
  return [...new Set(urls.map((url) => url.replace(/\/+$/, '')))];
}

async function isOpened(process: Process, url: string, given: ApkArguments, use: IndexUse): Promise<boolean> {
  const isOffline = given.has('no-network');
  if (given.has('no-cache')) {
    if (!isOffline) await sayFetch(process, url, given);
    return !isOffline;
  }
  const path = `${CACHE}/APKINDEX.${await indexName(url)}.tar.gz`;
  const found = calls.statIfThere(process, path);
  const ageSec = found ? process.kernel.clock.now().sec - found.mtime.sec : Number.POSITIVE_INFINITY;
  const [minutes] = given.values('cache-max-age').slice(-1);
  const usualSec = given.has('update-cache') ? MAX_AGE_UPDATE_SEC : MAX_AGE_SEC;
  const maxAgeSec = minutes === undefined || !/^\d+$/.test(minutes) ? usualSec : Number(minutes) * 60;
  if (use !== 'read' && !isOffline && (use === 'refresh' || given.has('force-refresh') || ageSec >= maxAgeSec)) {
    await sayFetch(process, url, given);
    await keepIndex(process, path, url);
    return true;
  }
  if (!found) {
    await process.write(2, `WARNING: opening from cache ${url}: No such file or directory\n`);
    return false;
  }
  return true;
}

async function sayFetch(process: Process, url: string, given: ApkArguments): Promise<void> {
  if (given.verbosity > 0) await process.print(`fetch ${url}/x86_64/APKINDEX.tar.gz\n`);
  await process.sleep(20);
}

/** apk names an index by the first bytes of its repository's SHA-1. */
async function indexName(url: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-1', Uint8Array.from(encodeName(url)));
  return toHex(new Uint8Array(hash).subarray(0, 4));
}

async function keepIndex(process: Process, path: string, url: string): Promise<void> {
  calls.makeDirectories(process, CACHE);
  await calls.writeFile(process, path, 'This file stands in for an index of packages: those of a catalogue.\n');
  calls.truncate(process, path, INDEX_BYTES[url.slice(url.lastIndexOf('/') + 1)] ?? 500_000);
}
