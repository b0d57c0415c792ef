import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { FactPackage } from '../../factPackages.ts';
import { addAccount } from '../packageAccount.ts';
import { removePaths, unpackEntries } from '../unpackEntries.ts';
import { noteStandIns } from '../standInNote.ts';
import { packageTable, rpmSize, wordColumns } from './columns.ts';
import {
  databaseKey,
  type RpmInstalled,
  rpmFullName,
  rpmInstalled,
  rpmVersion,
  writeRpmDatabase,
} from './rpmDatabase.ts';
import { type RpmRelease, repositoryOf } from './rpmRelease.ts';
import { keyEntry } from './rpmKeys.ts';
import type { YumArguments } from './yumArguments.ts';
import type { YumWords } from './yumWords.ts';

const LINE = '='.repeat(80);
/** What `tsflags=nodocs` leaves out. */
const DOCUMENTS = /^usr\/share\/(doc|man|info|licenses)\/./;

/** What a run of yum or dnf works on. */
export interface YumRun {
  readonly process: Process;
  readonly given: YumArguments;
  readonly release: RpmRelease;
  readonly words: YumWords;
  readonly installed: Map<string, RpmInstalled>;
}

export async function tell({ process, given }: YumRun, text: string): Promise<void> {
  if (!given.has('quiet')) await process.print(text);
}

/** Installs packages, those that were asked for and what they need; each behind what it depends on. */
export async function installAll(
  run: YumRun,
  plan: readonly FactPackage[],
  asked: ReadonlySet<string>,
): Promise<number> {
  const { process, given, release, words, installed } = run;
  const now = process.kernel.clock.now().sec;
  const made = plan.map((one) => rpmInstalled(one, [], repositoryOf(release, one), now));
  const named = made.filter(({ name }) => asked.has(name));
  const others = made.filter(({ name }) => !asked.has(name));
  const sizes = new Map(plan.map(({ name, archiveBytes }) => [name, archiveBytes]));
  const downloadBytes = plan.reduce((sum, { archiveBytes }) => sum + archiveBytes, 0);
  const installedBytes = plan.reduce((sum, one) => sum + one.installedBytes, 0);
  await tell(
    run,
    table(
      run,
      [
        ['Installing:', named],
        [words.installingDependencies, others],
      ],
      (one) => sizes.get(one.name) ?? 0,
    ),
  );
  await tell(run, `Transaction Summary\n${LINE}\nInstall  ${countWords(run, named.length, others.length)}\n\n`);
  await tell(run, `Total download size: ${rpmSize(downloadBytes)}\nInstalled size: ${rpmSize(installedBytes)}\n`);
  if (!(await isAgreed(run))) return 1;
  await fetchAll(run, made, downloadBytes);
  if (given.has('download-only')) return keepArchives(run, plan);
  await tell(run, words.check + words.test);
  await tell(run, step(words.preparing, '', 1, 1));
  for (const [i, one] of plan.entries()) {
    const all = await release.packages.entries(one.name);
    const entries = given.has('nodocs') ? all.filter(({ path }) => !DOCUMENTS.test(path)) : all;
    const record = rpmInstalled(
      one,
      entries.map(({ path }) => `/${path}`),
      repositoryOf(release, one),
      now,
    );
    for (const script of one.scripts)
      if (script.startsWith('user:')) await addAccount(process, script.slice('user:'.length));
    await unpackEntries(process, entries);
    installed.set(one.name, asked.has(one.name) ? record : { ...record, isDependency: true });
    await tell(run, step(words.installing, rpmFullName(record), i + 1, plan.length));
  }
  for (const [i, one] of made.entries()) await tell(run, step(words.verifying, rpmFullName(one), i + 1, made.length));
  await writeRpmDatabase(process, installed.values());
  await tell(run, `\n${doneList(run, 'Installed', named, others)}Complete!\n`);
  await tellStandIns(run);
  return 0;
}

export async function tellStandIns({ process, given, release }: YumRun): Promise<void> {
  if (!given.has('quiet')) await noteStandIns(process, 'Note: ', release.major === 7 ? 'CentOS 7' : 'Rocky Linux 9');
}

/** Where a package lies that was only fetched. */
async function keepArchives(run: YumRun, plan: readonly FactPackage[]): Promise<number> {
  const { process, release } = run;
  for (const one of plan) {
    const folder = `${metadataFolder(run)}/${repositoryOf(release, one)}/packages`;
    calls.makeDirectories(process, folder, 0o755);
    const path = `${folder}/${one.name}-${one.version}.x86_64.rpm`;
    await calls.writeFile(process, path, 'This file stands in for a package of a catalogue.\n');
    calls.truncate(process, path, Math.max(one.archiveBytes, 64));
  }
  await tell(
    run,
    release.major === 7
      ? 'exiting because "Download Only" specified\n'
      : "Complete!\nThe downloaded packages were saved in cache until the next successful transaction.\nYou can remove cached packages by executing 'dnf clean packages'.\n",
  );
  return 0;
}

/** Takes packages away, and what cannot be without them. */
export async function removeAll(
  run: YumRun,
  asked: ReadonlySet<string>,
  all: ReadonlySet<string>,
  unused: ReadonlySet<string>,
): Promise<number> {
  const { process, words, installed } = run;
  const going = [...all, ...unused].flatMap((name) => installed.get(name) ?? []);
  const named = going.filter(({ name }) => asked.has(name));
  const others = going.filter(({ name }) => !asked.has(name));
  const left = others.filter(({ name }) => unused.has(name));
  const needing = others.filter(({ name }) => !unused.has(name));
  await tell(
    run,
    table(
      run,
      [
        ['Removing:', named],
        [words.removingDependencies, needing],
        ['Removing unused dependencies:', left],
      ],
      (one) => one.sizeBytes,
      '@',
    ),
  );
  await tell(run, `Transaction Summary\n${LINE}\nRemove  ${countWords(run, named.length, others.length)}\n\n`);
  const freedBytes = going.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await tell(run, `${run.release.major === 7 ? 'Installed size' : 'Freed space'}: ${rpmSize(freedBytes)}\n`);
  if (!(await isAgreed(run))) return 1;
  await tell(run, (run.release.major === 7 ? words.downloading : '') + words.check + words.test);
  await tell(run, step(words.preparing, '', 1, 1));
  for (const [i, one] of going.reverse().entries()) {
    await tell(run, step(words.erasing, rpmFullName(one), i + 1, going.length));
    await removePaths(process, one.paths);
    installed.delete(one.name);
  }
  for (const [i, one] of going.entries()) await tell(run, step(words.verifying, rpmFullName(one), i + 1, going.length));
  await writeRpmDatabase(process, installed.values());
  await tell(run, `\n${doneList(run, 'Removed', named, others)}Complete!\n`);
  return 0;
}

function table(
  { words }: YumRun,
  groups: readonly (readonly [title: string, packages: readonly RpmInstalled[]])[],
  sizeOf: (one: RpmInstalled) => number,
  mark = '',
): string {
  const kept = groups.filter(([, packages]) => packages.length > 0);
  const rows = kept.flatMap(([, packages]) =>
    packages.map((one) => [one.name, one.architecture, rpmVersion(one), `${mark}${one.from}`, rpmSize(sizeOf(one))]),
  );
  const [heading = '', ...lines] = packageTable(['Package', words.architecture, 'Version', 'Repository', 'Size'], rows);
  let at = 0;
  const parts = kept.map(([title, packages]) => {
    const own = lines.slice(at, at + packages.length);
    at += packages.length;
    return `${title}\n${own.map((line) => `${line}\n`).join('')}`;
  });
  return `${words.resolved}${words.resolved.startsWith('\n') ? '\n' : ''}${LINE}\n${heading}\n${LINE}\n${parts.join('')}\n`;
}

function countWords({ words, release }: YumRun, asked: number, others: number): string {
  const packages = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (release.major !== 7) return packages(asked + others, 'Package');
  return others === 0
    ? packages(asked, 'Package')
    : `${packages(asked, 'Package')} (+${packages(others, words.dependents)})`;
}

async function isAgreed({ process, given, words, release }: YumRun): Promise<boolean> {
  if (given.has('yes')) return true;
  await process.print(words.question);
  const answer = given.has('no') ? '' : decodeName(await process.read(0, 256)).trim();
  if (!process.file(0).isTerminal || given.has('no')) await process.print('\n');
  if (/^y(es)?$/i.test(answer)) return true;
  await process.write(
    release.major === 7 ? 1 : 2,
    release.major === 7 ? 'Exiting on user command\n' : 'Operation aborted.\n',
  );
  return false;
}

/** What is downloaded, and at the first time the key that signed it. */
async function fetchAll(run: YumRun, packages: readonly RpmInstalled[], sizeBytes: number): Promise<void> {
  const { process, words, release } = run;
  await tell(run, words.downloading);
  const total = `${rpmSize(sizeBytes)}B/s | ${rpmSize(sizeBytes)}B  00:01     \n`;
  if (packages.length > 1 || release.major === 9) await tell(run, `${'-'.repeat(80)}\nTotal${total.padStart(76)}`);
  await process.sleep(20);
  if (run.given.has('nogpgcheck')) return;
  await importKey(run);
}

/** At the first time: a key that rpm knows already is not asked for. */
async function importKey(run: YumRun): Promise<void> {
  const { process, release, installed } = run;
  const { id, user, fingerprint, path, holder } = release.key;
  const entry = keyEntry(release.key, process.kernel.clock.now().sec);
  if (installed.has(databaseKey(entry))) return;
  const from = installed.get(holder);
  if (release.major === 7) await tell(run, `Retrieving key from file://${path}\n`);
  await tell(run, `Importing GPG key 0x${id}:\n Userid     : "${user}"\n Fingerprint: ${fingerprint}\n`);
  if (release.major === 7 && from) await tell(run, ` Package    : ${rpmFullName(from)} (@CentOS)\n`);
  await tell(run, ` From       : ${path}\n`);
  if (release.major === 9) await tell(run, 'Key imported successfully\n');
  installed.set(databaseKey(entry), entry);
}

function step(head: string | undefined, name: string, number: number, count: number): string {
  if (head === undefined) return '';
  const tail = `${number}/${count} `;
  return `${head}${name.padEnd(Math.max(80 - head.length - tail.length, name.length + 1))}${tail}\n`;
}

function doneList(
  { words }: YumRun,
  verb: string,
  named: readonly RpmInstalled[],
  others: readonly RpmInstalled[],
): string {
  const list = (title: string, packages: readonly RpmInstalled[]) =>
    packages.length === 0 ? '' : `${title}\n${wordColumns(packages.map(words.fullName))}\n`;
  if (!words.doneDependencies) return list(words.done(verb), [...named, ...others]);
  return list(words.done(verb), named) + list(words.doneDependencies(verb), others);
}

/** yum's and dnf's metadata of repositories: whether they are there, and where. */
export function metadataFolder({ release }: YumRun): string {
  return release.major === 7 ? '/var/cache/yum/x86_64/7' : '/var/cache/dnf';
}

/** Fetches the metadata that are not there yet. Gives whether any was; with -C, the repository that has none. */
export async function fetchMetadata(run: YumRun): Promise<boolean | string> {
  const { process, release, given } = run;
  let fetched = false;
  for (const { id, metadataBytes } of release.repositories) {
    const path = `${metadataFolder(run)}/${id}/${release.major === 7 ? 'gen/primary_db.sqlite' : 'primary.solv'}`;
    if (calls.statIfThere(process, path) && !given.has('refresh')) continue;
    if (given.has('cache-only')) return id;
    fetched = true;
    calls.makeDirectories(process, path.slice(0, path.lastIndexOf('/')), 0o755);
    await calls.writeFile(
      process,
      path,
      'This file stands in for the metadata of a repository: those of a catalogue.\n',
    );
    calls.truncate(process, path, metadataBytes);
    await process.sleep(20);
  }
  return fetched;
}
