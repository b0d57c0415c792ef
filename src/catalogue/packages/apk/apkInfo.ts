import * as calls from '../../../shell/kernel/calls.ts';
import { isSymlink } from '../../../vfs/overlay/fileMode.ts';
import type { FactPackage } from '../../factPackages.ts';
import { wildcard } from '../wildcard.ts';
import type { ApkRun } from './apkCommit.ts';
import type { ApkInstalled } from './apkDatabase.ts';
import { isMet, readDependency } from './apkVersion.ts';

type Index = ReadonlyMap<string, FactPackage>;

/** Parts of what `apk info` tells of a package, in their order, with the options that ask for them. */
const PARTS = [
  ['description', 'description'],
  ['webpage', 'webpage'],
  ['size', 'installed size'],
  ['depends', 'depends on'],
  ['provides', 'provides'],
  ['rdepends', 'is required by'],
  ['contents', 'contains'],
  ['triggers', 'triggers'],
  ['license', 'license'],
] as const;
const USUAL_PARTS: readonly string[] = ['description', 'webpage', 'size'];

/** `apk info`. Gives how many were not found. */
export async function apkInfo(run: ApkRun, index: Index): Promise<number> {
  const { process, given, installed } = run;
  if (given.has('who-owns')) return whoOwns(run);
  if (given.operands.length === 0) {
    for (const one of [...installed.values()].sort(byName)) await process.print(`${shortLine(run, one)}\n`);
    return 0;
  }
  let missing = 0;
  for (const text of given.operands) {
    const wanted = readDependency(text);
    const here = installed.get(wanted.name);
    if (given.has('installed')) {
      if (here && isMet(wanted, here.version)) await process.print(`${shortLine(run, here)}\n`);
      else missing++;
      continue;
    }
    const known = index.get(wanted.name);
    if (!here && !known) missing++;
    else await printParts(run, index, here, known);
  }
  return missing;
}

function shortLine({ given }: ApkRun, { name, version, fields }: ApkInstalled): string {
  if (given.verbosity > 2) return `${name}-${version} - ${fields.get('T') ?? ''}`;
  return given.verbosity > 1 ? `${name}-${version}` : name;
}

async function printParts(
  { process, given, installed }: ApkRun,
  index: Index,
  here: ApkInstalled | undefined,
  known: FactPackage | undefined,
): Promise<void> {
  const asked = PARTS.filter(([option]) => given.has(option) || given.has('all'));
  const parts = asked.length > 0 ? asked : PARTS.filter(([option]) => USUAL_PARTS.includes(option));
  const name = here?.name ?? known?.name ?? '';
  const full = `${name}-${here?.version ?? known?.version}`;
  for (const [option, heading] of parts) {
    if (!here && (option === 'contents' || option === 'rdepends' || option === 'triggers')) continue;
    const lines = partLines(option, name, here, known, installed, index);
    await process.print(`${full} ${heading}:\n${lines.map((line) => `${line}\n`).join('')}\n`);
  }
}

function partLines(
  part: (typeof PARTS)[number][0],
  name: string,
  here: ApkInstalled | undefined,
  known: FactPackage | undefined,
  installed: ReadonlyMap<string, ApkInstalled>,
  index: Index,
): readonly string[] {
  switch (part) {
    case 'description':
      return [here?.fields.get('T') ?? known?.description ?? ''];
    case 'webpage':
      return [`https://pkgs.alpinelinux.org/packages?name=${encodeURIComponent(name)}`];
    case 'size':
      return [apkSize(here?.sizeBytes ?? known?.installedBytes ?? 0)];
    case 'depends':
      return here?.dependencies ?? known?.dependencies ?? [];
    case 'provides':
      return (here?.paths ?? [])
        .filter((path) => /^(usr\/)?s?bin\//.test(path))
        .map((path) => `cmd:${path.slice(path.lastIndexOf('/') + 1)}=${here?.version}`);
    case 'rdepends':
      return [...installed.values()]
        .filter(({ dependencies }) => dependencies.some((one) => readDependency(one).name === name))
        .map((one) => `${one.name}-${one.version}`);
    case 'contents':
      return here?.paths ?? [];
    case 'triggers':
      return index.get(name)?.scripts.flatMap((one) => (/^trigger:(.*)$/.exec(one)?.[1] ?? '').split(',')) ?? [];
    case 'license':
      return [here?.fields.get('L') ?? known?.license ?? ''];
  }
}

/** Sizes as apk prints them: whole numbers below 10,000 of a unit (apk-tools, print.c). */
function apkSize(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = sizeBytes;
  let unit = 0;
  for (; size >= 10_000 && unit < units.length - 1; unit++) size = Math.trunc(size / 1024);
  return `${size} ${units[unit]}`;
}

async function whoOwns({ process, given, installed }: ApkRun): Promise<number> {
  let missing = 0;
  for (const path of given.operands) {
    const absolute = path.startsWith('/') ? path : calls.realpath(process, path);
    const owner = ownerOf(installed, absolute);
    const stat = owner ? undefined : calls.lstatIfThere(process, absolute);
    const target = stat && isSymlink(stat.mode) ? calls.readlink(process, absolute) : undefined;
    const through = target?.startsWith('/') ? ownerOf(installed, target) : undefined;
    const found = owner ?? through;
    if (!found) {
      await process.write(2, `ERROR: ${absolute}: Could not find owner package\n`);
      missing++;
      continue;
    }
    await process.print(`${absolute} ${owner ? '' : 'symlink target '}is owned by ${found.name}-${found.version}\n`);
  }
  return missing;
}

function ownerOf(installed: ReadonlyMap<string, ApkInstalled>, absolute: string): ApkInstalled | undefined {
  const path = absolute.slice(1);
  return [...installed.values()].find(({ paths }) => paths.includes(path));
}

/** `apk list`: what there is, or what is installed. */
export async function apkList({ process, given, installed }: ApkRun, index: Index): Promise<number> {
  const patterns = given.operands.map(wildcard);
  const isWanted = (name: string) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name));
  for (const name of [...new Set([...index.keys(), ...installed.keys()])].sort()) {
    if (!isWanted(name)) continue;
    const here = installed.get(name);
    const known = index.get(name);
    if (given.has('installed') && !here) continue;
    if (given.has('available') && !known) continue;
    if (given.has('orphaned') && known) continue;
    if (given.has('upgradable') && (!here || !known || here.version === known.version)) continue;
    const origin = here?.fields.get('o') ?? known?.origin ?? name;
    const license = here?.fields.get('L') ?? known?.license ?? '';
    const architecture = here?.fields.get('A') ?? 'x86_64';
    const description = here?.fields.get('T') ?? known?.description ?? '';
    await process.print(
      `${name}-${here?.version ?? known?.version} ${architecture} {${origin}} (${license})${here ? ' [installed]' : ''}\n`,
    );
    if (given.verbosity > 1) await process.print(`  ${description}\n`);
  }
  return 0;
}

/** `apk search`: names that hold a word or match a pattern, in the repositories. */
export async function apkSearch({ process, given }: ApkRun, index: Index): Promise<number> {
  const isExact = given.has('exact');
  const patterns = given.operands.map((word) => wildcard(isExact || /[*?[]/.test(word) ? word : `*${word}*`));
  for (const one of index.values()) {
    const words = given.has('description') ? [one.name, one.description] : [one.name];
    if (patterns.length > 0 && !patterns.some((pattern) => words.some((word) => pattern.test(word)))) continue;
    if (given.has('rdepends')) {
      const needing = [...index.values()].filter(({ dependencies }) => dependencies.includes(one.name));
      await process.print(`${one.name}-${one.version} is required by:\n`);
      for (const { name, version } of needing) await process.print(`${name}-${version}\n`);
      continue;
    }
    const name = given.has('origin') ? one.origin : one.name;
    const version = given.verbosity > 0 ? `-${one.version}` : '';
    await process.print(`${name}${version}${given.verbosity > 1 ? ` - ${one.description}` : ''}\n`);
  }
  return 0;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
