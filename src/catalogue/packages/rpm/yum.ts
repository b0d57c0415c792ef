import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import type { Catalogue } from '../../catalogue.ts';
import { type FactPackage, withNeeded } from '../../factPackages.ts';
import { needing, readRpmDatabase, rpmVersion, unneeded } from './rpmDatabase.ts';
import { availablePackages, type RpmRelease, rpmRelease } from './rpmRelease.ts';
import { chosenRepositories } from './yumRepositories.ts';
import { namedByFile } from './yumFiles.ts';
import { YumArguments, type YumFault } from './yumArguments.ts';
import { yumCheckUpdate, yumInfo, yumList, yumProvides, yumRepolist, yumSearch } from './yumQueries.ts';
import {
  fetchMetadata,
  installAll,
  metadataFolder,
  removeAll,
  tell,
  tellStandIns,
  type YumRun,
} from './yumTransaction.ts';
import { DNF_WORDS, YUM_WORDS } from './yumWords.ts';
import { findPaths } from '../findPaths.ts';

const VERSIONS = { 7: '3.4.3', 9: '4.14.0' } as const;
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'development tools': [
    'autoconf',
    'automake',
    'binutils',
    'bison',
    'flex',
    'gcc',
    'gcc-c++',
    'git',
    'libtool',
    'make',
    'patch',
  ],
};
const NEEDS_ROOT = new Set([
  'install',
  'localinstall',
  'reinstall',
  'groupinstall',
  'update',
  'upgrade',
  'remove',
  'erase',
  'autoremove',
  'clean',
  'makecache',
]);
/** What protects itself from being removed (yum's and dnf's `protected`). */
const PROTECTED = ['yum', 'dnf'];

/** yum of CentOS 7; dnf, and microdnf, of later ones. */
export function yum(catalogue: Catalogue): Program {
  return async (process) => {
    const all = await rpmRelease(process, catalogue);
    const given = YumArguments.parse(process.argv.slice(1));
    if (!(given instanceof YumArguments)) return refuse(process, all, given);
    if (given.has('version')) {
      await process.print(`${VERSIONS[all.major]}\n`);
      return 0;
    }
    const release = chosenRepositories(all, given);
    if (typeof release === 'string') {
      await process.write(2, `${release}\n`);
      return 1;
    }
    const run: YumRun = {
      process,
      given,
      release,
      words: release.major === 7 ? YUM_WORDS : DNF_WORDS,
      installed: await readRpmDatabase(process),
    };
    return runCommand(run);
  };
}

async function refuse(process: Process, { major }: RpmRelease, { notSimulated, unknown }: YumFault): Promise<number> {
  const isOld = major === 7;
  const usage = isOld
    ? `Usage: yum [options] COMMAND\n\nCommand line error: no such option: ${unknown}\n`
    : `usage: dnf [options] COMMAND\ndnf: error: unrecognized arguments: ${unknown}\n`;
  await process.write(2, notSimulated === undefined ? usage : `Error: ${notSimulated} is not simulated\n`);
  return isOld ? 1 : 2;
}

async function runCommand(run: YumRun): Promise<number> {
  const { process, given, release } = run;
  let [command = '', ...operands] = given.operands;
  if (command === 'group' && operands[0] === 'install') [command, operands] = ['groupinstall', operands.slice(1)];
  if (command === '' || command === 'help' || given.has('help')) {
    await process.print(
      `usage: ${process.name} [options] COMMAND\n\nCommands that are simulated:\n\n${[...NEEDS_ROOT, 'check-update', 'info', 'list', 'provides', 'repolist', 'search'].sort().join('\n')}\n`,
    );
    return command === '' ? 1 : 0;
  }
  if (NEEDS_ROOT.has(command) && process.credentials.uid !== 0) {
    await process.write(
      2,
      release.major === 7
        ? 'Loaded plugins: fastestmirror, ovl\nYou need to be root to perform this command.\n'
        : 'Error: This command has to be run with superuser privileges (under the root user on most systems).\n',
    );
    return 1;
  }
  await greet(run);
  if (command === 'clean') return clean(run);
  const index = await availablePackages(release);
  if (!['remove', 'erase', 'autoremove'].includes(command)) {
    const fault = await openRepositories(run);
    if (fault !== undefined) {
      await process.write(2, `Error: ${fault}\n`);
      return 1;
    }
  }
  switch (command) {
    case 'install':
    case 'localinstall':
      return install(run, index, operands);
    case 'groupinstall':
      return install(
        run,
        index,
        operands.flatMap((name) => GROUPS[name.replace(/^@/, '').toLowerCase()] ?? [name]),
      );
    case 'reinstall':
      return reinstall(run, index, operands);
    case 'update':
    case 'upgrade':
      return update(run, index, operands);
    case 'remove':
    case 'erase':
      return remove(run, operands);
    case 'autoremove':
      return autoremove(run, operands);
    case 'check-update':
      return yumCheckUpdate(run, index, operands);
    case 'makecache':
      await tell(run, release.major === 7 ? 'Metadata Cache Created\n' : 'Metadata cache created.\n');
      await tellStandIns(run);
      return 0;
    case 'list':
      return yumList(run, index, operands);
    case 'info':
      return yumInfo(run, index, operands);
    case 'search':
      return yumSearch(run, index, operands);
    case 'provides':
    case 'whatprovides':
      return yumProvides(run, index, operands);
    case 'repolist':
      return yumRepolist(run, index);
    default:
      await process.write(2, `No such command: ${command}. Please use ${process.name} --help\n`);
      return 1;
  }
}

/** Reads what the repositories hold, and tells what was fetched. */
async function openRepositories(run: YumRun): Promise<string | undefined> {
  const { release } = run;
  const fetched = await fetchMetadata(run);
  if (typeof fetched === 'string')
    return release.major === 7
      ? `Cannot retrieve metadata of ${fetched}: it is not in the cache`
      : `Cache-only enabled but no cache for '${fetched}'`;
  if (release.major === 9) {
    for (const { title, metadataBytes } of fetched ? release.repositories : [])
      await tell(run, `${title.padEnd(46)} 5.0 MB/s | ${(metadataBytes / 6e6).toFixed(1)} MB     00:01    \n`);
    return undefined;
  }
  await tell(run, fetched ? 'Determining fastest mirrors\n' : 'Loading mirror speeds from cached hostfile\n');
  for (const { id } of release.repositories) await tell(run, ` * ${id}: mirror.centos.org\n`);
  return undefined;
}

async function install(
  run: YumRun,
  index: ReadonlyMap<string, FactPackage>,
  operands: readonly string[],
): Promise<number> {
  const { process, installed, release, words } = run;
  if (operands.length === 0) {
    await process.write(2, 'Error: Need to pass a list of pkgs to install\n');
    return 1;
  }
  const wanted: string[] = [];
  const missing: string[] = [];
  for (const operand of operands) {
    const text = namedByFile(index, operand);
    if (text === undefined) {
      await process.write(
        2,
        `Error: ${operand}: packages of addresses and files are not simulated; those of the catalogue are installed by their names\n`,
      );
      return 1;
    }
    const name = await nameOf(run, index, text);
    if (name === undefined) missing.push(text);
    else if (installed.has(name)) await tell(run, words.already(installed.get(name) as never));
    else wanted.push(name);
  }
  if (missing.length > 0 && !run.given.has('no-errors')) await process.print(words.notFound(missing));
  if (missing.length > 0 && release.major === 9 && !run.given.has('skip-broken')) {
    await process.write(2, `Error: Unable to find a match: ${missing.join(' ')}\n`);
    return 1;
  }
  const plan = withNeeded(index, wanted, (name) => installed.has(name) || run.given.isExcluded(name));
  if (plan.length === 0) return nothing(run, missing.length > 0);
  if (release.major === 7) await resolve(run, plan);
  return installAll(run, plan, new Set(wanted));
}

async function nothing(run: YumRun, isFault: boolean): Promise<number> {
  if (isFault) {
    await run.process.write(2, 'Error: Nothing to do\n');
    return 1;
  }
  await tell(run, run.release.major === 7 ? 'Nothing to do\n' : 'Dependencies resolved.\nNothing to do.\nComplete!\n');
  return 0;
}

async function resolve(run: YumRun, plan: readonly FactPackage[]): Promise<void> {
  await tell(run, 'Resolving Dependencies\n--> Running transaction check\n');
  for (const { name, version } of plan) await tell(run, `---> Package ${name}.x86_64 0:${version} will be installed\n`);
  await tell(run, '--> Finished Dependency Resolution\n');
}

/** By its name, with its version or architecture, or by a file that it holds. */
async function nameOf(run: YumRun, index: ReadonlyMap<string, FactPackage>, text: string): Promise<string | undefined> {
  const plain = text.replace(/\.(x86_64|noarch)$/, '');
  if (index.has(plain) || run.installed.has(plain)) return plain;
  for (const { name, version } of index.values())
    if (plain === `${name}-${version}` || plain === `${name}-${version.slice(0, version.lastIndexOf('-'))}`)
      return name;
  if (!text.startsWith('/')) return undefined;
  for (const { name } of index.values())
    if ((await run.release.packages.entries(name)).some(({ path }) => `/${path}` === text)) return name;
  return undefined;
}

async function reinstall(
  run: YumRun,
  index: ReadonlyMap<string, FactPackage>,
  names: readonly string[],
): Promise<number> {
  const plan = names.flatMap((name) => (run.installed.has(name) ? (index.get(name) ?? []) : []));
  if (plan.length === 0) return nothing(run, true);
  return installAll(run, plan, new Set(names));
}

/** The catalogue holds one version of each: only what the image has older than that is brought to it. */
async function update(run: YumRun, index: ReadonlyMap<string, FactPackage>, names: readonly string[]): Promise<number> {
  const old = [...run.installed.values()].filter((one) => {
    const known = index.get(one.name);
    return known && known.version !== rpmVersion(one) && (names.length === 0 || names.includes(one.name));
  });
  if (old.length > 0)
    return installAll(
      run,
      old.flatMap(({ name }) => index.get(name) ?? []),
      new Set(old.map(({ name }) => name)),
    );
  await tell(
    run,
    run.release.major === 7 ? 'No packages marked for update\n' : 'Dependencies resolved.\nNothing to do.\nComplete!\n',
  );
  return 0;
}

async function remove(run: YumRun, operands: readonly string[]): Promise<number> {
  const { process, installed, release } = run;
  const names = operands.map((text) => text.replace(/\.(x86_64|noarch)$/, ''));
  for (const name of names)
    if (!installed.has(name))
      await process.print(
        release.major === 7 ? `No Match for argument: ${name}\n` : `No match for argument: ${name}\n`,
      );
  const asked = new Set(names.filter((name) => installed.has(name)));
  if (asked.size === 0) {
    await tell(
      run,
      release.major === 7
        ? 'No Packages marked for removal\n'
        : 'No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n',
    );
    return release.major === 7 ? 1 : 0;
  }
  const all = needing(installed, asked);
  const kept = PROTECTED.find((name) => all.has(name));
  if (kept !== undefined) {
    await process.write(
      2,
      release.major === 7
        ? `Error: Trying to remove "${kept}", which is protected\n`
        : `Error: \n Problem: The operation would result in removing the following protected packages: ${kept}\n`,
    );
    return 1;
  }
  if (release.major === 7) {
    await tell(run, 'Resolving Dependencies\n--> Running transaction check\n');
    for (const name of all) {
      const one = installed.get(name);
      if (one) await tell(run, `---> Package ${name}.x86_64 0:${rpmVersion(one)} will be erased\n`);
    }
    await tell(run, '--> Finished Dependency Resolution\n');
  }
  // dnf takes what nobody needs any more along; yum leaves it (clean_requirements_on_remove).
  const keeps = release.major === 7 || run.given.has('noautoremove');
  return removeAll(run, asked, all, keeps ? new Set() : unneeded(installed, all));
}

/** What came for others' sake and nobody needs. */
async function autoremove(run: YumRun, operands: readonly string[]): Promise<number> {
  const { installed, release } = run;
  if (operands.length > 0) return remove(run, operands);
  const unused = unneeded(installed, new Set());
  if (unused.size > 0) return removeAll(run, new Set(), new Set(), unused);
  await tell(
    run,
    release.major === 7 ? 'No Packages marked for removal\n' : 'Dependencies resolved.\nNothing to do.\nComplete!\n',
  );
  return 0;
}

/** The lines in front: plugins of yum, with -v versions. */
async function greet(run: YumRun): Promise<void> {
  const { given, release } = run;
  if (release.major === 7 && !given.has('noplugins')) {
    const off = given.values('disableplugin');
    const plugins = ['fastestmirror', 'ovl'].filter((name) => !off.includes(name) && !off.includes('*'));
    if (plugins.length > 0) await tell(run, `Loaded plugins: ${plugins.join(', ')}\n`);
  }
  if (!given.has('verbose')) return;
  const version = VERSIONS[release.major];
  await tell(
    run,
    release.major === 7 ? `Yum version: ${version}\n` : `DNF version: ${version}\ncachedir: ${metadataFolder(run)}\n`,
  );
}

async function clean(run: YumRun): Promise<number> {
  const { process, release } = run;
  const files = findPaths(process, metadataFolder(run)).filter((path) => path !== metadataFolder(run));
  let count = 0;
  for (const path of [...files].sort().reverse()) {
    if (removeOne(process, path)) count++;
  }
  if (release.major === 9) await tell(run, `${count} files removed\n`);
  else
    await tell(
      run,
      `Cleaning repos: ${release.repositories.map(({ id }) => id).join(' ')}\nCleaning up list of fastest mirrors\n`,
    );
  return 0;
}

/** Whether it was a file. */
function removeOne(process: Process, path: string): boolean {
  const isFile = (calls.lstat(process, path).mode & 0o170000) !== 0o040000;
  if (isFile) calls.unlink(process, path);
  else calls.rmdir(process, path);
  return isFile;
}
