import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { FactPackage } from '../../factPackages.ts';
import { noteStandIns } from '../standInNote.ts';
import { ApkArguments } from './apkArguments.ts';
import { type ApkRun, commitChanges, tell } from './apkCommit.ts';
import { type ApkInstalled, readInstalled, readText, readWorld } from './apkDatabase.ts';
import { apkInfo, apkList, apkSearch } from './apkInfo.ts';
import { type ApkIndexes, openRepositories } from './apkRepositories.ts';
import { type ApkState, solve } from './apkSolve.ts';
import { readDependency } from './apkVersion.ts';

const BANNER = 'apk-tools 2.14.0, compiled for x86_64.\n';
const USAGE = `${BANNER}
usage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]

Commands that are simulated:
  add         Add or upgrade packages and what they need
  del         Remove packages
  fix         Install packages anew
  info        Tell about packages
  list        List packages
  search      Search the repositories
  update      Fetch the indexes of the repositories
  upgrade     Upgrade what is installed
`;
const COMMANDS = ['add', 'del', 'fix', 'update', 'upgrade', 'info', 'list', 'search'];
const NOT_ROOT = 99;

/** apk, over the catalogue's packages. */
export function apk(catalogue: Catalogue): Program {
  return async (process) => {
    const given = ApkArguments.parse(process.argv.slice(1));
    if (typeof given === 'string') {
      await process.write(2, `apk: ${given}\n`);
      return 1;
    }
    if (given.has('version')) return printed(process, BANNER);
    if (given.has('print-arch')) return printed(process, 'x86_64\n');
    if (given.command === '' || given.has('help')) {
      await process.print(USAGE);
      return given.has('help') ? 0 : 1;
    }
    if (!COMMANDS.includes(given.command)) {
      await process.write(2, `apk: '${given.command}' is not a command that is simulated. See 'apk --help'.\n`);
      return 1;
    }
    const changes = ['add', 'del', 'fix', 'update', 'upgrade'].includes(given.command) && !given.has('simulate');
    if (changes && process.credentials.uid !== 0) {
      await process.write(
        2,
        'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
      );
      return NOT_ROOT;
    }
    return runCommand({ process, catalogue, given, installed: await readInstalled(process) });
  };
}

async function printed(process: Process, text: string): Promise<number> {
  await process.print(text);
  return 0;
}

async function runCommand(run: ApkRun): Promise<number> {
  const { process, catalogue, given } = run;
  const open = async (use: 'refresh' | 'autoupdate' | 'read'): Promise<ApkIndexes> =>
    openRepositories(process, await catalogue.alpine.index(), given, use);
  switch (given.command) {
    case 'update':
      return update(run, await open('refresh'));
    case 'info':
      if (given.has('installed') || given.has('who-owns')) return apkInfo(run, new Map());
      return apkInfo(run, (await open('read')).index);
    case 'list':
      return apkList(run, (await open('read')).index);
    case 'search':
      return apkSearch(run, (await open('read')).index);
    case 'del':
      return remove(run, (await open('read')).index);
    case 'add':
      return add(run, (await open('autoupdate')).index);
    case 'fix':
      return fix(run, (await open('autoupdate')).index);
    default:
      return solveAndCommit(run, (await open('autoupdate')).index, await readWorld(process), { upgrades: () => true });
  }
}

async function update(run: ApkRun, { index, urls, unavailableCount }: ApkIndexes): Promise<number> {
  for (const url of urls) await tell(run, `${/v[\d.]+/.exec(url)?.[0] ?? 'edge'}-stand-ins [${url}]\n`);
  const state = unavailableCount > 0 ? `${unavailableCount} unavailable, 0 stale;` : 'OK:';
  await tell(run, `${state} ${index.size} distinct packages available\n`);
  if (run.given.verbosity > 0) await noteStandIns(run.process, 'NOTE: ', 'Alpine 3.18');
  return unavailableCount;
}

async function add(run: ApkRun, index: ReadonlyMap<string, FactPackage>): Promise<number> {
  const { process, given } = run;
  const world = await readWorld(process);
  const [virtual] = given.values('virtual').slice(-1);
  if (virtual !== undefined) {
    const { name } = readDependency(virtual);
    const version = timeVersion(process);
    const meta = virtualPackage(name, version, given.operands);
    world.set(name, `${name}=${version}`);
    const missing = given.operands.filter((text) => {
      const one = readDependency(text).name;
      return !index.has(one) && !run.installed.has(one);
    });
    if (missing.length > 0)
      return unable(
        run,
        missing.sort().map((one) => missingOf(one, `${name}-${version}[${one}]`)),
      );
    return solveAndCommit(run, new Map([...index, [name, meta]]), world, { upgrades: upgradesOf(run) });
  }
  for (const text of given.operands) {
    const { name } = readDependency(text);
    const isConflict = name.startsWith('!');
    world.set(isConflict ? name.slice(1) : name, text);
  }
  const conflict = given.operands.find((text) => text.startsWith('!'));
  if (conflict !== undefined) {
    await process.write(2, `ERROR: '${conflict}': conflicts in the world are not simulated\n`);
    return 1;
  }
  return solveAndCommit(run, index, world, { upgrades: upgradesOf(run) });
}

function missingOf(name: string, requiredBy: string): string {
  return `  ${name} (no such package):\n    required by: ${requiredBy}\n`;
}

/** With -u the named ones are brought to the newest version. */
function upgradesOf({ given }: ApkRun): (name: string) => boolean {
  const names = new Set(given.operands.map((text) => readDependency(text).name));
  return (name) => given.has('upgrade') && names.has(name);
}

function virtualPackage(name: string, version: string, dependencies: readonly string[]): FactPackage {
  return {
    name,
    version,
    repository: 'm',
    archiveBytes: 0,
    installedBytes: 0,
    license: '',
    origin: name,
    dependencies: [...dependencies].sort(),
    scripts: [],
    description: 'virtual meta package',
  };
}

/** `20231113.091011`, in UTC. */
function timeVersion(process: Process): string {
  const text = new Date(process.kernel.clock.now().sec * 1000).toISOString();
  return text.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '.');
}

async function fix(run: ApkRun, index: ReadonlyMap<string, FactPackage>): Promise<number> {
  const names = run.given.operands.map((text) => readDependency(text).name);
  const missing = names.filter((name) => !run.installed.has(name) && !index.has(name));
  for (const name of missing) await run.process.write(2, `ERROR: Package '${name}' not found\n`);
  if (missing.length > 0) return missing.length;
  const reinstalls = new Set(names.filter((name) => run.installed.has(name)));
  const upgrades = (name: string) => run.given.has('upgrade') && reinstalls.has(name);
  return solveAndCommit(run, index, await readWorld(run.process), { upgrades, reinstalls });
}

async function remove(run: ApkRun, index: ReadonlyMap<string, FactPackage>): Promise<number> {
  const { process, given, installed } = run;
  const world = await readWorld(process);
  const names = given.operands.map((text) => readDependency(text).name);
  const unknown = names.filter((name) => !installed.has(name) && !index.has(name) && !world.has(name));
  for (const name of unknown) await process.write(2, `ERROR: No such package: ${name}\n`);
  if (unknown.length > 0) return unknown.length;
  const going = given.has('rdepends') ? withNeeding(installed, names) : names;
  for (const name of going) world.delete(name);
  const solution = solve({ index, installed, world, upgrades: () => false, reinstalls: new Set() });
  const gone = new Set(solution.changes.map((change) => (change.kind === 'purge' ? change.from.name : '')));
  const kept = names.filter((name) => installed.has(name) && !gone.has(name));
  if (kept.length > 0) {
    const lines = kept.map((name) => `  ${name}: ${keepers(installed, world, name).join(' ')}\n`);
    await tell(run, `World updated, but the following packages are not removed due to:\n${lines.join('')}\n`);
  }
  return solveAndCommit(run, index, world, {});
}

/** The named packages and all that need them. */
function withNeeding(installed: ReadonlyMap<string, ApkInstalled>, names: readonly string[]): readonly string[] {
  const all = new Set(names);
  for (const name of all)
    for (const one of installed.values())
      if (one.dependencies.some((text) => readDependency(text).name === name)) all.add(one.name);
  return [...all];
}

/** Of the world, what needs a package. */
function keepers(
  installed: ReadonlyMap<string, ApkInstalled>,
  world: ReadonlyMap<string, string>,
  name: string,
): readonly string[] {
  return withNeeding(installed, [name]).filter((one) => world.has(one));
}

async function solveAndCommit(
  run: ApkRun,
  index: ReadonlyMap<string, FactPackage>,
  world: ReadonlyMap<string, string>,
  what: Partial<Pick<ApkState, 'upgrades' | 'reinstalls'>>,
): Promise<number> {
  const { upgrades = () => false, reinstalls = new Set<string>() } = what;
  const here = await currentIndex(run, index);
  const solution = solve({ index: here, installed: run.installed, world, upgrades, reinstalls });
  return solution.faults.length > 0 ? unable(run, solution.faults) : commitChanges(run, solution.changes, world);
}

async function unable({ process }: ApkRun, faults: readonly string[]): Promise<number> {
  await process.write(2, 'ERROR: unable to select packages:\n');
  for (const text of faults) await process.print(text);
  return faults.length;
}

/** The catalogue holds one branch. Where another is installed, its own packages count as the newest. */
async function currentIndex(
  { process, installed }: ApkRun,
  index: ReadonlyMap<string, FactPackage>,
): Promise<ReadonlyMap<string, FactPackage>> {
  if ((await readText(process, '/etc/alpine-release')).startsWith('3.18')) return index;
  return new Map(
    [...index].map(([name, one]) => {
      const here = installed.get(name);
      return [name, here ? { ...one, version: here.version } : one];
    }),
  );
}
