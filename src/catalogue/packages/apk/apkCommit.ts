import { decodeName } from '../../../bytes/byteName.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { FactPackage } from '../../factPackages.ts';
import { removePaths, unpackEntries } from '../unpackEntries.ts';
import { addAccount } from '../packageAccount.ts';
import { noteStandIns } from '../standInNote.ts';
import type { ApkArguments } from './apkArguments.ts';
import { type ApkInstalled, installedRecord, writeInstalled, writeWorld } from './apkDatabase.ts';
import type { ApkChange } from './apkSolve.ts';
import { linkApplets } from './busyboxApplets.ts';

const MIB = 1024 * 1024;

/** What a run of apk works on. */
export interface ApkRun {
  readonly process: Process;
  readonly catalogue: Catalogue;
  readonly given: ApkArguments;
  readonly installed: Map<string, ApkInstalled>;
}

/** Does the changes one after another, runs scripts and triggers, and writes the databases. */
export async function commitChanges(
  run: ApkRun,
  changes: readonly ApkChange[],
  world: ReadonlyMap<string, string>,
): Promise<number> {
  const { process, given, installed } = run;
  const isSimulated = given.has('simulate');
  const touched = new Set<string>();
  if (given.has('interactive') && changes.length > 0 && !isSimulated && !(await isAgreed(run))) return 1;
  for (const [i, change] of changes.entries()) {
    await tell(run, `(${i + 1}/${changes.length}) ${sayChange(change)}\n`);
    if (isSimulated) {
      if (change.kind === 'purge') installed.delete(change.from.name);
      else installed.set(change.to.name, installedRecord(change.to, []));
      continue;
    }
    if (change.kind === 'purge' || change.kind === 'upgrade') await takeAway(run, change.from, touched);
    if (change.kind !== 'purge') await put(run, change.to, touched);
  }
  if (!isSimulated) {
    await runTriggers(run, touched);
    if (changes.length > 0) await writeInstalled(process, installed.values());
    await writeWorld(process, world);
  }
  const isPut = !isSimulated && changes.some(({ kind }) => kind !== 'purge');
  const sizeBytes = [...installed.values()].reduce((sum, one) => sum + one.sizeBytes, 0);
  await tell(run, `OK: ${Math.trunc(sizeBytes / MIB)} MiB in ${installed.size} packages\n`);
  if (isPut && given.verbosity > 0) await noteStandIns(process, 'NOTE: ', 'Alpine 3.18');
  return 0;
}

async function isAgreed({ process }: ApkRun): Promise<boolean> {
  await process.print('Do you want to continue [Y/n]? ');
  return /^(y.*)?$/i.test(decodeName(await process.read(0, 256)).trim());
}

export async function tell({ process, given }: ApkRun, text: string): Promise<void> {
  if (given.verbosity > 0) await process.print(text);
}

function sayChange(change: ApkChange): string {
  switch (change.kind) {
    case 'install':
      return `Installing ${change.to.name} (${change.to.version})`;
    case 'reinstall':
      return `Reinstalling ${change.to.name} (${change.to.version})`;
    case 'upgrade':
      return `Upgrading ${change.to.name} (${change.from.version} -> ${change.to.version})`;
    case 'purge':
      return `Purging ${change.from.name} (${change.from.version})`;
  }
}

async function takeAway(run: ApkRun, from: ApkInstalled, touched: Set<string>): Promise<void> {
  await removePaths(run.process, withParents(from.paths));
  for (const path of from.paths) touched.add(parentOf(path));
  run.installed.delete(from.name);
}

/** Directories that only it made go, too: removing stops at what is not empty. */
function withParents(paths: readonly string[]): readonly string[] {
  const all = new Set(paths.map((path) => `/${path}`));
  for (const path of paths)
    for (let parent = parentOf(path); parent.split('/').length > 2; parent = parentOf(parent.slice(1))) all.add(parent);
  return [...all];
}

async function put(run: ApkRun, to: FactPackage, touched: Set<string>): Promise<void> {
  const { process, catalogue, given, installed } = run;
  const withScripts = !given.has('no-scripts');
  const isVirtual = !(await catalogue.alpine.index()).has(to.name);
  const entries = isVirtual ? [] : await catalogue.alpine.entries(to.name);
  if (withScripts && to.scripts.includes('pre-install')) await sayScript(run, to, 'pre-install');
  for (const script of to.scripts)
    if (withScripts && script.startsWith('user:')) await addAccount(process, script.slice('user:'.length));
  await unpackEntries(process, entries);
  for (const { path, kind } of entries) touched.add(kind === 'd' ? `/${path}` : parentOf(path));
  if (withScripts && to.scripts.includes('post-install')) await sayScript(run, to, 'post-install');
  installed.set(to.name, installedRecord(to, entries));
}

function sayScript(run: ApkRun, { name, version }: FactPackage, script: string): Promise<void> {
  return tell(run, `Executing ${name}-${version}.${script}\n`);
}

/** A trigger runs when something was put into, or taken from, a directory that it watches. */
async function runTriggers(run: ApkRun, touched: ReadonlySet<string>): Promise<void> {
  if (run.given.has('no-scripts')) return;
  const index = await run.catalogue.alpine.index();
  for (const { name, version } of run.installed.values()) {
    const trigger = index.get(name)?.scripts.find((script) => script.startsWith('trigger:'));
    const watched = trigger?.slice('trigger:'.length).split(',') ?? [];
    if (!watched.some((path) => [...touched].some((one) => isWatched(path, one)))) continue;
    await tell(run, `Executing ${name}-${version}.trigger\n`);
    if (name === 'busybox') await linkApplets(run.process, run.catalogue);
  }
}

function isWatched(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function parentOf(path: string): string {
  return `/${path.slice(0, Math.max(path.lastIndexOf('/'), 0))}`;
}
