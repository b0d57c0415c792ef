import { toHex } from '../../../bytes/hex.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { LayerEntry } from '../../layerTar.ts';
import { findPaths } from '../findPaths.ts';
import { noteStandIns } from '../standInNote.ts';
import { removePaths, unpackEntries } from '../unpackEntries.ts';
import type { NpmPackage } from './npmPackages.ts';
import { lockedVersions, lockOf, type PackageJson, readJson, table, writeJson } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';
import { layOut, type NpmTree, type Unresolved } from './npmTree.ts';

/** Archives are about this part of what they unpack to. */
const ARCHIVE_SHARE = 0.25;

/** npm's own faults: `npm ERR! code E404` and what follows. */
export async function npmError(process: Process, code: string, lines: readonly string[]): Promise<number> {
  await process.write(2, [`code ${code}`, ...lines].map((line) => `npm ERR! ${line}\n`).join(''));
  return 1;
}

export function unresolved(process: Process, { name, range, isKnown }: Unresolved): Promise<number> {
  if (isKnown)
    return npmError(process, 'ETARGET', [
      `notarget No matching version found for ${name}@${range}.`,
      'notarget In most cases you or one of your dependencies are requesting',
      "notarget a package version that doesn't exist.",
    ]);
  return npmError(process, 'E404', [
    `404 Not Found - GET https://registry.npmjs.org/${name.replace('/', '%2f')} - Not found`,
    '404 ',
    `404  '${name}@${range}' is not in this registry.`,
    '404 ',
    '404 Note that you can also install from a',
    '404 tarball, folder, http url, or git folder.',
  ]);
}

/** What a project shall hold. */
export interface Installation {
  /** The folder of the project, or of all programs (`-g`). */
  readonly folder: string;
  readonly json: PackageJson;
  /** Ranges by name: what is installed, and which of it only serves development. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly development: ReadonlySet<string>;
  readonly omitsDevelopment: boolean;
  readonly isClean: boolean;
  /** Each program has its own dependencies below it (`-g`). */
  readonly isGlobal?: boolean;
  /** Versions that are taken now, by name. */
  readonly pinned?: Readonly<Record<string, string>>;
  readonly writesLock: boolean;
  /** Where programs are linked. */
  readonly programs: string;
  /** In `node_modules`, what was installed: npm's `.package-lock.json`, unless it is another's. */
  readonly record?: string;
  /** Where an archive is kept: among npm's, unless told. */
  readonly cachePath?: (one: NpmPackage) => string;
}

/** Brings `node_modules` to what is wanted, and tells what changed. */
export async function reify(run: NpmRun, what: Installation): Promise<number> {
  const { process, given } = run;
  const index = await run.catalogue.npm.index();
  const lock = what.writesLock ? await readJson(process, `${what.folder}/package-lock.json`) : undefined;
  const pins = Object.entries(what.pinned ?? {}).map(([name, version]) => [`node_modules/${name}`, version] as const);
  const locked = new Map([...lockedVersions(lock), ...pins]);
  const tree = what.isGlobal ? layOutApart(index, what.wanted) : layOut({ index, wanted: what.wanted, locked });
  if (!(tree instanceof Map)) return unresolved(process, tree);
  const production =
    what.development.size === 0
      ? what.wanted
      : Object.fromEntries(Object.entries(what.wanted).filter(([name]) => !what.development.has(name)));
  const needed =
    what.development.size === 0
      ? tree
      : layOut({
          index,
          wanted: production,
          locked: new Map([...tree].map(([place, { version }]) => [place, version])),
        });
  const only = new Set([...tree.keys()].filter((place) => needed instanceof Map && !needed.has(place)));
  const shown: NpmTree = what.omitsDevelopment ? new Map([...tree].filter(([place]) => !only.has(place))) : tree;
  const modules = `${what.folder}/node_modules`;
  if (what.isClean) await removePaths(process, findPaths(process, modules));
  const record = `${modules}/${what.record ?? '.package-lock.json'}`;
  const before = lockedVersions(await readJson(process, record));
  const counts = await changeModules(run, what, shown, before);
  if (shown.size > 0) {
    calls.makeDirectories(process, modules);
    await writeJson(process, record, lockOf(what.json, shown, only));
  }
  if (what.writesLock) await writeJson(process, `${what.folder}/package-lock.json`, lockOf(what.json, tree, only));
  if (given.has('silent') || given.has('quiet')) return 0;
  await process.print(`\n${summary(counts, shown, given.has('no-audit') || what.writesLock === false)}`);
  const asking = [...shown.values()].filter(({ asksForFunds }) => asksForFunds).length;
  if (asking > 0 && !given.has('no-fund'))
    await process.print(
      `\n${asking} ${asking === 1 ? 'package is' : 'packages are'} looking for funding\n  run \`npm fund\` for details\n`,
    );
  if (!given.has('no-audit') && what.writesLock) await process.print('\nfound 0 vulnerabilities\n');
  if (counts.added + counts.changed > 0) await noteStandIns(process, 'npm notice ');
  return 0;
}

/** A tree a package, each below its own. */
function layOutApart(
  index: ReadonlyMap<string, readonly NpmPackage[]>,
  wanted: Readonly<Record<string, string>>,
): NpmTree | Unresolved {
  const all: NpmTree = new Map();
  for (const [name, range] of Object.entries(wanted)) {
    const tree = layOut({ index, wanted: { [name]: range }, locked: new Map() });
    if (!(tree instanceof Map)) return tree;
    const top = `node_modules/${name}`;
    for (const [place, one] of tree)
      all.set(place === top || place.startsWith(`${top}/`) ? place : `${top}/${place}`, one);
  }
  return all;
}

interface Counts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

async function changeModules(
  run: NpmRun,
  what: Installation,
  tree: NpmTree,
  before: ReadonlyMap<string, string>,
): Promise<Counts> {
  const { process } = run;
  let [added, removed, changed] = [0, 0, 0];
  for (const place of before.keys()) {
    if (tree.has(place)) continue;
    removed++;
    await removePaths(process, findPaths(process, `${what.folder}/${place}`));
  }
  for (const [place, one] of tree) {
    const old = before.get(place);
    if (old === one.version && calls.statIfThere(process, `${what.folder}/${place}`)) continue;
    if (old !== undefined && old !== one.version) {
      changed++;
      await removePaths(process, findPaths(process, `${what.folder}/${place}`));
    } else added++;
    await unpackEntries(process, await entriesOf(run, `${what.folder}/${place}`.slice(1), one));
    await keepInCache(process, one, what.cachePath);
    if (place.lastIndexOf('node_modules/') === 0) linkPrograms(process, what, place, one);
  }
  removeDeadLinks(process, what.programs);
  return { added, removed, changed };
}

/** A package's files, with a package.json that says what it is. */
async function entriesOf({ catalogue }: NpmRun, folder: string, one: NpmPackage): Promise<readonly LayerEntry[]> {
  const json = {
    name: one.name,
    version: one.version,
    description: "A stand-in of Palimpsest's catalogue",
    license: one.license,
    dependencies: one.dependencies,
    ...(Object.keys(one.programs).length > 0 && { bin: one.programs }),
  };
  return (await catalogue.npm.entries(one)).map((entry): LayerEntry => ({
    ...entry,
    path: `${folder}/${entry.path}`,
    ...(entry.path === 'package.json' && { text: `${JSON.stringify(json, null, 2)}\n` }),
    ...(Object.values(one.programs).includes(entry.path) && { mode: 0o755 }),
  }));
}

async function keepInCache(process: Process, one: NpmPackage, cachePath: Installation['cachePath']): Promise<void> {
  if (!one.integrity.startsWith('sha512-')) return;
  const path = cachePath ? cachePath(one) : npmCachePath(process, one);
  if (calls.statIfThere(process, path)) return;
  calls.makeDirectories(process, path.slice(0, path.lastIndexOf('/')));
  await calls.writeFile(process, path, 'This file stands in for an archive of a registry.\n');
  calls.truncate(process, path, Math.max(64, Math.round(one.sizeBytes * ARCHIVE_SHARE)));
}

/** npm keeps archives by their digest (cacache). */
function npmCachePath(process: Process, { integrity }: NpmPackage): string {
  const hex = toHex(Uint8Array.from(atob(integrity.slice('sha512-'.length)), (letter) => letter.charCodeAt(0)));
  return `${cacheFolder(process)}/_cacache/content-v2/sha512/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}`;
}

export function cacheFolder(process: Process): string {
  return process.env.get('npm_config_cache') ?? `${process.env.get('HOME') ?? '/root'}/.npm`;
}

function linkPrograms(process: Process, { folder, programs }: Installation, place: string, one: NpmPackage): void {
  for (const [name, path] of Object.entries(one.programs)) {
    calls.makeDirectories(process, programs);
    const link = `${programs}/${name}`;
    if (calls.lstatIfThere(process, link)) calls.unlink(process, link);
    const isLocal = programs.endsWith('/.bin');
    const target = isLocal
      ? `../${place.slice('node_modules/'.length)}/${path}`
      : `../${folder.split('/').at(-1)}/${place}/${path}`;
    calls.symlink(process, target, link);
  }
}

function removeDeadLinks(process: Process, folder: string): void {
  if (!calls.statIfThere(process, folder) || !folder.includes('node_modules')) return;
  for (const { name } of calls.readdir(process, folder))
    if (!calls.statIfThere(process, `${folder}/${name}`)) calls.unlink(process, `${folder}/${name}`);
}

function summary({ added, removed, changed }: Counts, tree: NpmTree, isBare: boolean): string {
  const packages = (count: number) => `${count} ${count === 1 ? 'package' : 'packages'}`;
  const parts = [
    ...(added > 0 ? [`added ${packages(added)}`] : []),
    ...(removed > 0 ? [`removed ${packages(removed)}`] : []),
    ...(changed > 0 ? [`changed ${packages(changed)}`] : []),
  ];
  const audited = `audited ${packages(tree.size + 1)}`;
  if (parts.length === 0) return isBare ? 'up to date in 1s\n' : `up to date, ${audited} in 1s\n`;
  const last = isBare ? '' : `${parts.length > 1 ? ',' : ''} and ${audited}`;
  const joined =
    isBare && parts.length > 1 ? `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}` : parts.join(', ');
  return `${joined}${isBare ? '' : parts.length > 1 ? last : `,${last}`} in 1s\n`;
}

/** The ranges that package.json asks for. */
export function wantedOf(json: PackageJson): { wanted: Record<string, string>; development: Set<string> } {
  const development = table(json, 'devDependencies');
  const wanted = { ...development, ...table(json, 'dependencies') };
  const own = new Set(Object.keys(table(json, 'dependencies')));
  return { wanted, development: new Set(Object.keys(development).filter((name) => !own.has(name))) };
}
