import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { FactPackage } from '../../factPackages.ts';
import type { ListedEntry } from '../../listing.ts';

const INSTALLED = '/lib/apk/db/installed';
const WORLD = '/etc/apk/world';

/** A package as `/lib/apk/db/installed` has it (apk(5), "installed"). */
export interface ApkInstalled {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly dependencies: readonly string[];
  /** With all of which it comes by itself. */
  readonly installIf: readonly string[];
  /** By their letters: `T` description, `L` license, `o` origin. */
  readonly fields: ReadonlyMap<string, string>;
  /** Without a leading slash. */
  readonly paths: readonly string[];
  readonly record: string;
}

export async function readInstalled(process: Process): Promise<Map<string, ApkInstalled>> {
  const packages = new Map<string, ApkInstalled>();
  for (const record of (await readText(process, INSTALLED)).split(/\n\n+/)) {
    if (record.trim() === '') continue;
    const found = readRecord(record.trim());
    packages.set(found.name, found);
  }
  return packages;
}

function readRecord(record: string): ApkInstalled {
  const fields = new Map<string, string>();
  const paths: string[] = [];
  let directory = '';
  for (const line of record.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('F:')) directory = value;
    else if (line.startsWith('R:')) paths.push(directory === '' ? value : `${directory}/${value}`);
    else if (/^[PVAITLoDSpi]:/.test(line)) fields.set(line[0] as string, value);
  }
  return {
    name: fields.get('P') ?? '',
    version: fields.get('V') ?? '',
    sizeBytes: Number(fields.get('I') ?? 0),
    dependencies: (fields.get('D') ?? '').split(' ').filter((one) => one !== ''),
    installIf: (fields.get('i') ?? '').split(' ').filter((one) => one !== ''),
    fields,
    paths,
    record,
  };
}

export function installIf(scripts: readonly string[]): readonly string[] {
  const rule = scripts.find((script) => script.startsWith('if:'));
  return rule === undefined ? [] : rule.slice('if:'.length).split(',');
}

/** The record of a package that was just installed. */
export function installedRecord(one: FactPackage, entries: readonly ListedEntry[]): ApkInstalled {
  const lines = [
    `P:${one.name}`,
    `V:${one.version}`,
    `A:${one.archiveBytes === 0 ? 'noarch' : 'x86_64'}`,
    `S:${one.archiveBytes}`,
    `I:${one.installedBytes}`,
    `T:${one.description}`,
    `L:${one.license}`,
    `o:${one.origin}`,
    ...(one.dependencies.length > 0 ? [`D:${one.dependencies.join(' ')}`] : []),
    ...(installIf(one.scripts).length > 0 ? [`i:${installIf(one.scripts).join(' ')}`] : []),
  ];
  let last: string | undefined;
  for (const { kind, path, mode } of entries) {
    const slash = path.lastIndexOf('/');
    const directory = kind === 'd' ? path : path.slice(0, Math.max(slash, 0));
    if (directory !== last) lines.push(`F:${directory}`);
    last = directory;
    if (kind === 'd') continue;
    lines.push(`R:${path.slice(slash + 1)}`);
    if (kind === 'f' && mode !== 0o644) lines.push(`a:0:0:${mode.toString(8)}`);
  }
  return readRecord(lines.join('\n'));
}

export async function writeInstalled(process: Process, packages: Iterable<ApkInstalled>): Promise<void> {
  calls.makeDirectories(process, '/lib/apk/db');
  const text = [...packages].map(({ record }) => `${record}\n\n`).join('');
  await calls.writeFile(process, `${INSTALLED}.new`, text);
  calls.rename(process, `${INSTALLED}.new`, INSTALLED);
}

/** What was asked for, by name: the text of each dependency. */
export async function readWorld(process: Process): Promise<Map<string, string>> {
  const words = (await readText(process, WORLD)).split(/\s+/).filter((word) => word !== '');
  return new Map(words.map((word) => [word.replace(/[@<>=~].*$/, ''), word]));
}

export async function writeWorld(process: Process, world: ReadonlyMap<string, string>): Promise<void> {
  const text = [...world.values()].sort().map((word) => `${word}\n`);
  calls.makeDirectories(process, '/etc/apk');
  await calls.writeFile(process, `${WORLD}.new`, text.join(''));
  calls.rename(process, `${WORLD}.new`, WORLD);
}

/** Empty where there is no such file. */
export async function readText(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return '';
    throw error;
  }
}
