import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Catalogue } from '../catalogue.ts';
import type { AptArguments } from './aptArguments.ts';
import { aptSize } from './aptOutput.ts';

const LISTS = '/var/lib/apt/lists';

/** Where a distribution's packages come from, and how large its lists are (facts of the mirrors, 2023). */
export interface AptDistribution {
  readonly suite: string;
  readonly host: string;
  readonly lists: readonly {
    readonly url: string;
    readonly what: string;
    readonly sizeBytes: number;
    readonly keptBytes: number;
  }[];
}

export async function aptDistribution(process: Process): Promise<AptDistribution> {
  const release = await readText(process, '/etc/os-release');
  const suite = /^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1] ?? 'bookworm';
  if (/^ID="?ubuntu/m.test(release)) return ubuntu(suite);
  const debian = 'http://deb.debian.org/debian';
  return {
    suite: 'stable',
    host: debian,
    lists: [
      { url: debian, what: `${suite} InRelease`, sizeBytes: 151_000, keptBytes: 151_000 },
      { url: debian, what: `${suite}-updates InRelease`, sizeBytes: 55_400, keptBytes: 55_400 },
      { url: `${debian}-security`, what: `${suite}-security InRelease`, sizeBytes: 48_000, keptBytes: 48_000 },
      { url: debian, what: `${suite}/main amd64 Packages`, sizeBytes: 8_787_000, keptBytes: 17_700_000 },
      { url: debian, what: `${suite}-updates/main amd64 Packages`, sizeBytes: 12_700, keptBytes: 25_000 },
      {
        url: `${debian}-security`,
        what: `${suite}-security/main amd64 Packages`,
        sizeBytes: 106_000,
        keptBytes: 310_000,
      },
    ],
  };
}

function ubuntu(suite: string): AptDistribution {
  const host = 'http://archive.ubuntu.com/ubuntu';
  return {
    suite,
    host,
    lists: [
      { url: host, what: `${suite} InRelease`, sizeBytes: 270_000, keptBytes: 270_000 },
      { url: host, what: `${suite}-updates InRelease`, sizeBytes: 119_000, keptBytes: 119_000 },
      { url: host, what: `${suite}-security InRelease`, sizeBytes: 110_000, keptBytes: 110_000 },
      { url: host, what: `${suite}/main amd64 Packages`, sizeBytes: 1_792_000, keptBytes: 3_600_000 },
      { url: host, what: `${suite}/universe amd64 Packages`, sizeBytes: 17_500_000, keptBytes: 34_000_000 },
    ],
  };
}

async function readText(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (error instanceof VfsError) return '';
    throw error;
  }
}

/** Whether the lists are there: without them apt knows no package. */
export function isUpdated(process: Process): boolean {
  try {
    return calls.readdir(process, LISTS).some(({ name }) => name.endsWith('_Packages'));
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}

/** `apt-get update`: lists of the real ones' sizes, whose content is that of the catalogue. */
export async function updateLists(process: Process, catalogue: Catalogue, given: AptArguments): Promise<number> {
  const { lists } = await aptDistribution(process);
  calls.makeDirectories(process, `${LISTS}/partial`, 0o755);
  const index = await catalogue.packages.index();
  const known = [...index.values()].map(({ name, fields }) => `Package: ${name}\nVersion: ${fields.get('Version')}\n`);
  let sizeBytes = 0;
  for (const [i, list] of lists.entries()) {
    sizeBytes += list.sizeBytes;
    await given.tell(process, `Get:${i + 1} ${list.url} ${list.what} [${aptSize(list.sizeBytes)}]\n`);
    const path = `${LISTS}/${listFile(list.url, list.what)}`;
    await writeSized(process, path, list.what.endsWith(' Packages') ? known.join('\n') : '', list.keptBytes);
    await process.sleep(20);
  }
  await calls.writeFile(process, `${LISTS}/lock`, '');
  await given.tell(
    process,
    `Fetched ${aptSize(sizeBytes)} in 1s (${aptSize(sizeBytes)}/s)\nReading package lists...\n`,
  );
  if (given.quiet === 0)
    await process.write(2, 'N: The packages are stand-ins of Debian 12 from a catalogue: no network was asked.\n');
  return 0;
}

function listFile(url: string, what: string): string {
  const base = url.replace('http://', '').replaceAll('/', '_');
  const [suite = '', architecture, kind] = what.split(' ');
  if (kind === undefined) return `${base}_dists_${suite}_InRelease`;
  return `${base}_dists_${suite.replace('/', '_')}_binary-${architecture}_Packages`;
}

async function writeSized(process: Process, path: string, text: string, sizeBytes: number): Promise<void> {
  const file = await calls.open(process, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
  try {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > 0) await file.write(bytes);
    if (sizeBytes > bytes.length) file.truncate(sizeBytes);
  } finally {
    file.close();
  }
}
