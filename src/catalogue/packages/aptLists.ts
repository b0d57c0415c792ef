import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Catalogue } from '../catalogue.ts';
import type { AptArguments } from './aptArguments.ts';
import { aptDistribution } from './aptDistribution.ts';
import { aptSize } from './aptOutput.ts';
import { noteStandIns } from './standInNote.ts';

const LISTS = '/var/lib/apt/lists';

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
  const { lists, packages } = await aptDistribution(process, catalogue);
  calls.makeDirectories(process, `${LISTS}/partial`, 0o755);
  const index = await packages.index();
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
  if (given.quiet === 0) await noteStandIns(process, 'N: ', 'Debian 12');
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
