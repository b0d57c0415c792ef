import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { FactPackage } from '../../factPackages.ts';

/** Where rpm keeps what is installed: until its 4.16 a Berkeley database, then one of SQLite. Here both are text, padded
 *  to what the real ones weigh. */
const PLACES = ['/var/lib/rpm/rpmdb.sqlite', '/var/lib/rpm/Packages'] as const;
const EMPTY_BYTES = 8 * 1024 * 1024;
const BYTES_A_PACKAGE = 24 * 1024;

export interface RpmInstalled {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly license: string;
  readonly source: string;
  readonly summary: string;
  readonly installedSec: number;
  /** The repository that it came from. */
  readonly from: string;
  /** Whether it came because another needs it. */
  readonly isDependency?: boolean;
  readonly requires: readonly string[];
  /** Absolute. */
  readonly paths: readonly string[];
}

/** `4.2.46-34.el7`. */
export function rpmVersion({ version, release }: RpmInstalled): string {
  return `${version}-${release}`;
}

/** `bash-4.2.46-34.el7.x86_64`. */
export function rpmFullName(one: RpmInstalled): string {
  const architecture = one.architecture === '' ? '' : `.${one.architecture}`;
  return `${one.name}-${rpmVersion(one)}${architecture}`;
}

/** Of keys there may be several of one name. */
export function databaseKey(one: RpmInstalled): string {
  return one.architecture === '' ? rpmFullName(one) : one.name;
}

export async function readRpmDatabase(process: Process): Promise<Map<string, RpmInstalled>> {
  const packages = new Map<string, RpmInstalled>();
  const path = PLACES.find((place) => calls.statIfThere(process, place));
  if (path === undefined) return packages;
  const text = decodeName(await calls.readFile(process, path)).replace(/\0+$/, '');
  for (const record of text.split(/\n\n+/)) {
    if (!record.startsWith('Name: ')) continue;
    const found = readRecord(record);
    packages.set(databaseKey(found), found);
  }
  return packages;
}

function readRecord(record: string): RpmInstalled {
  const lines = record.split('\n');
  const fields = new Map(
    lines.filter((line) => !line.startsWith('/')).map((line) => line.split(/: ?/, 2) as [string, string]),
  );
  const field = (name: string) => fields.get(name) ?? '';
  return {
    name: field('Name'),
    version: field('Version'),
    release: field('Release'),
    architecture: fields.get('Arch') ?? 'x86_64',
    sizeBytes: Number(field('Size')),
    license: field('License'),
    source: field('Source'),
    summary: lines.find((line) => line.startsWith('Summary: '))?.slice('Summary: '.length) ?? '',
    installedSec: Number(field('InstallTime')),
    from: field('From'),
    ...(field('Reason') === 'dependency' && { isDependency: true }),
    requires: field('Requires')
      .split(' ')
      .filter((one) => one !== ''),
    paths: lines.filter((line) => line.startsWith('/')),
  };
}

/** What a package of the catalogue is when it was installed. */
export function rpmInstalled(
  one: FactPackage,
  paths: readonly string[],
  from: string,
  installedSec: number,
): RpmInstalled {
  const dash = one.version.lastIndexOf('-');
  return {
    name: one.name,
    version: one.version.slice(0, dash),
    release: one.version.slice(dash + 1),
    architecture: 'x86_64',
    sizeBytes: one.installedBytes,
    license: one.license,
    source: one.origin,
    summary: one.description,
    installedSec,
    from,
    requires: one.dependencies,
    paths,
  };
}

export async function writeRpmDatabase(process: Process, packages: Iterable<RpmInstalled>): Promise<void> {
  const records = [...packages].map(recordOf);
  const path = PLACES.find((place) => calls.statIfThere(process, place)) ?? PLACES[1];
  calls.makeDirectories(process, '/var/lib/rpm');
  const text = records.join('\n');
  await calls.writeFile(process, path, text);
  const sizeBytes = EMPTY_BYTES + records.length * BYTES_A_PACKAGE;
  if (sizeBytes > text.length) calls.truncate(process, path, sizeBytes);
}

function recordOf(one: RpmInstalled): string {
  return [
    `Name: ${one.name}`,
    `Version: ${one.version}`,
    `Release: ${one.release}`,
    ...(one.architecture === 'x86_64' ? [] : [`Arch: ${one.architecture}`]),
    `Size: ${one.sizeBytes}`,
    `License: ${one.license}`,
    `Source: ${one.source}`,
    `Summary: ${one.summary}`,
    `InstallTime: ${one.installedSec}`,
    `From: ${one.from}`,
    ...(one.isDependency ? ['Reason: dependency'] : []),
    `Requires: ${one.requires.join(' ')}`,
    ...one.paths,
    '',
  ].join('\n');
}

/** Those that need a package, or what those need: all that would break without it. */
export function needing(installed: ReadonlyMap<string, RpmInstalled>, names: Iterable<string>): ReadonlySet<string> {
  const all = new Set(names);
  for (const name of all) for (const one of installed.values()) if (one.requires.includes(name)) all.add(one.name);
  return all;
}

/** What came for others' sake and nobody needs any more, without those that are going. */
export function unneeded(
  installed: ReadonlyMap<string, RpmInstalled>,
  going: ReadonlySet<string>,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const waiting = [...installed.values()].filter((one) => !one.isDependency && !going.has(one.name));
  for (let one = waiting.pop(); one; one = waiting.pop())
    for (const name of one.requires) {
      const required = installed.get(name);
      if (!required || needed.has(name) || going.has(name)) continue;
      needed.add(name);
      waiting.push(required);
    }
  const left = [...installed.values()].filter(({ name, isDependency }) => isDependency && !needed.has(name));
  return new Set(left.map(({ name }) => name).filter((name) => !going.has(name)));
}

/** The text of a file, empty where there is none. */
export async function readTextIfThere(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return '';
    throw error;
  }
}
