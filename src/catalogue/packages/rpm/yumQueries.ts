import type { FactPackage } from '../../factPackages.ts';
import { wildcard } from '../wildcard.ts';
import { rpmSize } from './columns.ts';
import { type RpmInstalled, rpmVersion } from './rpmDatabase.ts';
import { repositoryOf } from './rpmRelease.ts';
import { tellStandIns, type YumRun } from './yumTransaction.ts';

type Index = ReadonlyMap<string, FactPackage>;

/** `yum list [installed|available|updates|all] [PATTERN…]`. */
export async function yumList(run: YumRun, index: Index, operands: readonly string[]): Promise<number> {
  const { process, installed, release } = run;
  const [first = ''] = operands;
  const isKind = ['installed', 'available', 'all', 'updates'].includes(first);
  const patterns = (isKind ? operands.slice(1) : operands).map(wildcard);
  const isWanted = (name: string) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name));
  const here = [...installed.values()].filter(({ name }) => isWanted(name)).sort(byName);
  const there = [...index.values()].filter(({ name }) => isWanted(name) && !installed.has(name));
  const row = (name: string, version: string, from: string) => `${name.padEnd(40)} ${version.padEnd(24)} ${from}\n`;
  let count = 0;
  if (first !== 'available' && first !== 'updates' && here.length > 0) {
    await process.print('Installed Packages\n');
    for (const one of here)
      await process.print(row(`${one.name}.${one.architecture || '(none)'}`, rpmVersion(one), `@${one.from}`));
    count += here.length;
  }
  if (first !== 'installed' && first !== 'updates' && there.length > 0) {
    await process.print('Available Packages\n');
    for (const one of there) await process.print(row(`${one.name}.x86_64`, one.version, repositoryOf(release, one)));
    count += there.length;
  }
  if (count > 0 || first === 'updates') return 0;
  await process.write(2, 'Error: No matching Packages to list\n');
  return 1;
}

/** There are updates (yum(8), check-update). */
const HAS_UPDATES = 100;

/** `yum check-update [NAME…]`: what the catalogue has in another version. */
export async function yumCheckUpdate(run: YumRun, index: Index, names: readonly string[]): Promise<number> {
  const { process, installed, release } = run;
  const patterns = names.map(wildcard);
  const old = [...installed.values()].sort(byName).flatMap((one) => {
    const known = index.get(one.name);
    const isAsked = patterns.length === 0 || patterns.some((pattern) => pattern.test(one.name));
    return known && isAsked && known.version !== rpmVersion(one) ? [known] : [];
  });
  if (old.length === 0) return 0;
  await process.print('\n');
  for (const one of old)
    await process.print(`${`${one.name}.x86_64`.padEnd(40)} ${one.version.padEnd(24)} ${repositoryOf(release, one)}\n`);
  return HAS_UPDATES;
}

/** `yum info NAME…`. */
export async function yumInfo(run: YumRun, index: Index, names: readonly string[]): Promise<number> {
  const { process, installed, release } = run;
  let count = 0;
  for (const name of names.length > 0 ? names : installed.keys()) {
    const here = installed.get(name);
    const known = index.get(name);
    if (!here && !known) continue;
    count++;
    const version = here ? rpmVersion(here) : (known as FactPackage).version;
    const dash = version.lastIndexOf('-');
    const rows = [
      ['Name', name],
      [run.words.architecture, 'x86_64'],
      ['Version', version.slice(0, dash)],
      ['Release', version.slice(dash + 1)],
      ['Size', rpmSize(here?.sizeBytes ?? known?.archiveBytes ?? 0)],
      ['Repo', here ? 'installed' : repositoryOf(release, known as FactPackage)],
      ...(here ? [['From repo', here.from]] : []),
      ['Summary', here?.summary ?? known?.description ?? ''],
      ['License', here?.license ?? known?.license ?? ''],
    ];
    await process.print(here ? 'Installed Packages\n' : 'Available Packages\n');
    for (const [title = '', value] of rows) await process.print(`${title.padEnd(12)}: ${value}\n`);
    await process.print('\n');
  }
  if (count > 0) return 0;
  await process.write(2, 'Error: No matching Packages to list\n');
  return 1;
}

/** `yum search WORD…`: names first, then summaries. */
export async function yumSearch(run: YumRun, index: Index, words: readonly string[]): Promise<number> {
  const found = [...index.values()].filter((one) =>
    words.every((word) => `${one.name} ${one.description}`.toLowerCase().includes(word.toLowerCase())),
  );
  if (found.length === 0) {
    await run.process.print('No matches found.\n');
    return 0;
  }
  const title = ` ${run.release.major === 7 ? 'N/S matched' : 'Name & Summary Matched'}: ${words.join(', ')} `;
  const side = '='.repeat(Math.max(1, Math.trunc((80 - title.length) / 2)));
  await run.process.print(`${side}${title}${side}\n`);
  for (const { name, description } of found) await run.process.print(`${name}.x86_64 : ${description}\n`);
  return 0;
}

/** `yum provides FILE|PROGRAM…`: by the files of all packages. */
export async function yumProvides(run: YumRun, index: Index, wanted: readonly string[]): Promise<number> {
  const { process, release } = run;
  let count = 0;
  for (const text of wanted) {
    const pattern = wildcard(text);
    for (const one of index.values()) {
      const entries = await release.packages.entries(one.name);
      const path = entries.map((entry) => `/${entry.path}`).find((found) => pattern.test(found));
      if (one.name !== text && path === undefined) continue;
      count++;
      await process.print(
        `${one.name}-${one.version}.x86_64 : ${one.description}\nRepo        : ${repositoryOf(release, one)}\n`,
      );
      if (path !== undefined) await process.print(`Matched from:\nFilename    : ${path}\n`);
      await process.print('\n');
      if (process.isDue) await process.pause();
    }
  }
  if (count > 0) return 0;
  await process.write(
    release.major === 7 ? 1 : 2,
    release.major === 7 ? 'No matches found\n' : 'Error: No Matches found\n',
  );
  return release.major === 7 ? 0 : 1;
}

export async function yumRepolist(run: YumRun, index: Index): Promise<number> {
  const { process, release } = run;
  const isOld = release.major === 7;
  await process.print(
    `${'repo id'.padEnd(24)} ${'repo name'.padEnd(46)}${isOld ? ' status' : ''}\n`.replace(/ +\n$/, '\n'),
  );
  let total = 0;
  for (const { id, title, letter } of release.repositories) {
    const count = [...index.values()].filter(({ repository }) => repository === letter).length;
    total += count;
    const row = `${(isOld ? `${id}/7/x86_64` : id).padEnd(24)} ${title.padEnd(46)}${isOld ? ` ${count}` : ''}`;
    await process.print(`${row.trimEnd()}\n`);
  }
  if (isOld) await process.print(`repolist: ${total}\n`);
  await tellStandIns(run);
  return 0;
}

function byName(a: RpmInstalled, b: RpmInstalled): number {
  return a.name < b.name ? -1 : 1;
}
