import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

const STATUS = '/var/lib/dpkg/status';

/** A package as the status file of the machine or container at hand has it. */
export interface InstalledPackage {
  readonly name: string;
  /** `install ok installed`. */
  readonly status: string;
  readonly version: string;
  readonly description: string;
  readonly record: string;
}

/** What dpkg has installed here, by name. Empty where there is no dpkg. */
export async function readStatus(process: Process): Promise<Map<string, InstalledPackage>> {
  const packages = new Map<string, InstalledPackage>();
  let text: string;
  try {
    text = decodeName(await calls.readFile(process, STATUS));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return packages;
    throw error;
  }
  for (const record of text.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
    const name = field('Package');
    if (name === '') continue;
    packages.set(name, {
      name,
      status: field('Status'),
      version: field('Version'),
      description: field('Description'),
      record: record.trim(),
    });
  }
  return packages;
}

export function isInstalled(packages: ReadonlyMap<string, InstalledPackage>, name: string): boolean {
  return packages.get(name)?.status.endsWith(' installed') ?? false;
}

/** Writes the status file as dpkg does: a new one, the old one kept beside it. */
export async function writeStatus(process: Process, records: Iterable<string>): Promise<void> {
  const text = `${[...records].join('\n\n')}\n\n`;
  if (calls.statIfThere(process, STATUS)) {
    const old = await calls.readFile(process, STATUS);
    await calls.writeFile(process, `${STATUS}-old`, old);
  } else calls.makeDirectories(process, '/var/lib/dpkg');
  await calls.writeFile(process, `${STATUS}-new`, text);
  calls.rename(process, `${STATUS}-new`, STATUS);
}

/** Paths of a package, as its `.list` has them. Undefined where it is not installed. */
export async function packageFiles(process: Process, name: string): Promise<readonly string[] | undefined> {
  try {
    const text = decodeName(await calls.readFile(process, `/var/lib/dpkg/info/${name}.list`));
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
