import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Catalogue } from '../catalogue.ts';
import type { DebianPackage } from '../debianPackages.ts';
import { statusRecord } from '../dpkgDatabase.ts';
import type { AptArguments } from './aptArguments.ts';
import { type AptDistribution, aptDistribution } from './aptDistribution.ts';
import { isUpdated } from './aptLists.ts';
import { aptSize, packageList as namesList } from './aptOutput.ts';
import { readAutomatic, writeAutomatic } from './aptStates.ts';
import { type InstalledPackage, isInstalled, readStatus, writeStatus } from './dpkgStatus.ts';
import { type Plan, planInstall } from './resolvePackages.ts';
import { noteStandIns } from './standInNote.ts';
import { wildcard } from './wildcard.ts';
import { unpackEntries } from './unpackEntries.ts';

const READING = 'Reading package lists...\nBuilding dependency tree...\nReading state information...\n';
/** A hook of Docker's images that removes archives when dpkg has run. */
const DOCKER_CLEAN = '/etc/apt/apt.conf.d/docker-clean';

/** `apt-get install NAME…`. */
export async function installPackages(
  process: Process,
  catalogue: Catalogue,
  given: AptArguments,
  names: readonly string[],
): Promise<number> {
  await given.tell(process, READING);
  const installed = await readStatus(process);
  const distribution = await aptDistribution(process, catalogue);
  const index = await distribution.packages.index();
  const file = names.find((name) => /^\.{0,2}\//.test(name) || /^\w+:\/\//.test(name));
  if (file !== undefined) {
    await process.write(2, `E: ${file}: packages of files and addresses are not simulated\n`);
    return 100;
  }
  if (given.suite !== undefined && !distribution.hasSuite(given.suite)) {
    await process.write(
      2,
      `E: The value '${given.suite}' is invalid for APT::Default-Release as such a release is not available in the sources\n`,
    );
    return 100;
  }
  const isReinstalled = given.has('reinstall') || given.operands[0] === 'reinstall';
  const wanted = names.map((name) => name.replace(/[=/:].*$/, '').replace(/[+]$/, ''));
  const missing = names.filter(
    (_, i) => !isKnown(process, index, installed.has(wanted[i] as string), wanted[i] as string),
  );
  if (missing.length > 0) {
    for (const name of missing) await process.write(2, notFound(name));
    return 100;
  }
  const otherVersions = names.filter((text, i) => !hasVersion(text, index, installed, wanted[i] as string));
  for (const text of otherVersions) await process.write(2, notFound(text));
  if (otherVersions.length > 0) return 100;
  for (const name of wanted) {
    if (isReinstalled || !isInstalled(installed, name)) continue;
    const version = installed.get(name)?.version ?? '';
    await given.tell(process, `${name} is already the newest version (${version}).\n`);
  }
  const skipped = given.has('only-upgrade') ? wanted.filter((name) => !isInstalled(installed, name)) : [];
  for (const name of skipped)
    await given.tell(process, `Skipping ${name}, it is not installed and only upgrades are requested.\n`);
  const planned = planInstall(
    index,
    (name) => isInstalled(installed, name),
    wanted.filter((name) => !skipped.includes(name)),
    !given.has('no-install-recommends'),
  );
  const again = isReinstalled ? wanted.filter((name) => isInstalled(installed, name)) : [];
  const plan = { ...planned, install: [...planned.install, ...again.flatMap((name) => index.get(name) ?? [])] };
  if (plan.unmet.length > 0) return unmetDependencies(process, plan);
  await announce(process, given, plan, again);
  if (plan.install.length === 0 || given.has('simulate') || given.has('dry-run')) return 0;
  if (!(await isAgreed(process, given, plan, wanted))) {
    await process.print('Abort.\n');
    return 1;
  }
  await fetchPackages(process, given, plan, distribution);
  if (given.has('download-only')) {
    for (const one of plan.install) await keepArchive(process, archiveName(one), Number(one.fields.get('Size') ?? 0));
    return 0;
  }
  await unpackAll(process, distribution, given, plan, installed);
  const records = new Map([...installed].map(([name, { record }]) => [name, record]));
  for (const one of plan.install) records.set(one.name, statusRecord(one).trim());
  await writeStatus(
    process,
    [...records.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record),
  );
  await markAutomatic(process, plan, wanted);
  await logHistory(process, plan);
  if (given.quiet === 0) await noteStandIns(process, 'N: ', 'Debian 12');
  return 0;
}

function isKnown(process: Process, index: ReadonlyMap<string, DebianPackage>, isHere: boolean, name: string): boolean {
  return isHere || (isUpdated(process) && index.has(name));
}

/** `curl=7.88*`: whether that is the version that there is. */
function hasVersion(
  text: string,
  index: ReadonlyMap<string, DebianPackage>,
  installed: ReadonlyMap<string, InstalledPackage>,
  name: string,
): boolean {
  const equals = text.indexOf('=');
  if (equals < 0) return true;
  const pattern = wildcard(text.slice(equals + 1));
  return [index.get(name)?.fields.get('Version'), installed.get(name)?.version].some(
    (version) => version !== undefined && pattern.test(version),
  );
}

/** What was not asked for by name goes when nobody needs it any more; what is asked for stays. */
async function markAutomatic(process: Process, plan: Plan, wanted: readonly string[]): Promise<void> {
  const automatic = await readAutomatic(process);
  for (const name of plan.additional) automatic.add(name);
  for (const name of wanted) automatic.delete(name);
  await writeAutomatic(process, automatic);
}

function archiveName({ name, fields }: DebianPackage): string {
  return `${name}_${(fields.get('Version') ?? '').replaceAll(':', '%3a')}_amd64.deb`;
}

function notFound(name: string): string {
  return name.includes('=')
    ? `E: Version '${name.split('=')[1]}' for '${name.split('=')[0]}' was not found\n`
    : `E: Unable to locate package ${name}\n`;
}

async function unmetDependencies(process: Process, plan: Plan): Promise<number> {
  await process.print('Some packages could not be installed: the catalogue does not hold what they need.\n');
  await process.print('The following packages have unmet dependencies:\n');
  for (const line of plan.unmet)
    await process.print(` ${line.replace(': ', ' : Depends: ')} but it is not installable\n`);
  await process.write(2, 'E: Unable to correct problems, you have held broken packages.\n');
  return 100;
}

async function announce(process: Process, given: AptArguments, plan: Plan, again: readonly string[]): Promise<void> {
  const sorted = [...plan.install].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name }) => name).filter((name) => !again.includes(name));
  const versions = new Map(sorted.map(({ name, fields }) => [name, fields.get('Version') ?? '']));
  const packageList = (list: readonly string[]) =>
    given.has('verbose-versions')
      ? list.map((name) => `   ${name} (${versions.get(name)})\n`).join('')
      : namesList(list);
  const additional = [...plan.additional].sort();
  if (additional.length > 0)
    await given.tell(process, `The following additional packages will be installed:\n${packageList(additional)}`);
  if (names.length > 0)
    await given.tell(process, `The following NEW packages will be installed:\n${packageList(names)}`);
  const more = again.length > 0 ? `${again.length} reinstalled, ` : '';
  await given.tell(process, `0 upgraded, ${names.length} newly installed, ${more}0 to remove and 0 not upgraded.\n`);
  if (plan.install.length === 0) return;
  await given.tell(process, `Need to get ${aptSize(sum(plan, 'Size', 1))} of archives.\n`);
  const usedBytes = sum(plan, 'Installed-Size', 1024);
  await given.tell(process, `After this operation, ${aptSize(usedBytes)} of additional disk space will be used.\n`);
}

function sum(plan: Plan, field: string, unit: number): number {
  return plan.install.reduce((total, { fields }) => total + Number(fields.get(field) ?? 0) * unit, 0);
}

/** apt asks only when more is done than was asked for. */
async function isAgreed(
  process: Process,
  given: AptArguments,
  plan: Plan,
  wanted: readonly string[],
): Promise<boolean> {
  if (given.saysYes || plan.install.length === wanted.length) return true;
  await process.print('Do you want to continue? [Y/n] ');
  const answer = decodeName(await process.read(0, 256)).trim();
  if (!process.file(0).isTerminal) await process.print('\n');
  return process.file(0).isTerminal ? /^(y.*)?$/i.test(answer) : /^y/i.test(answer);
}

async function fetchPackages(
  process: Process,
  given: AptArguments,
  plan: Plan,
  { host, place }: AptDistribution,
): Promise<void> {
  for (const [i, { name, fields }] of plan.install.entries()) {
    const sizeBytes = Number(fields.get('Size') ?? 0);
    const version = fields.get('Version') ?? '';
    await given.tell(
      process,
      `Get:${i + 1} ${host} ${await place(name, version)} amd64 ${name} amd64 ${version} [${aptSize(sizeBytes)}]\n`,
    );
    if (process.isDue) await process.pause();
  }
  const sizeBytes = sum(plan, 'Size', 1);
  await given.tell(process, `Fetched ${aptSize(sizeBytes)} in 1s (${aptSize(sizeBytes)}/s)\n`);
}

async function unpackAll(
  process: Process,
  { packages }: AptDistribution,
  given: AptArguments,
  plan: Plan,
  installed: ReadonlyMap<string, InstalledPackage>,
): Promise<void> {
  if (installed.size > 0 && !calls.statIfThere(process, '/usr/bin/apt-extracttemplates'))
    await process.write(2, 'debconf: delaying package configuration, since apt-utils is not installed\n');
  let isFirst = true;
  for (const { name, fields } of plan.install) {
    const version = fields.get('Version') ?? '';
    const file = archiveName({ name, fields });
    if (!isInstalled(installed, name))
      await progress(process, given, `Selecting previously unselected package ${name}.\n`);
    if (isFirst)
      await progress(
        process,
        given,
        `(Reading database ... ${await filesInstalled(process)} files and directories currently installed.)\n`,
      );
    isFirst = false;
    await progress(process, given, `Preparing to unpack .../${file} ...\nUnpacking ${name} (${version}) ...\n`);
    const entries = await packages.entries(name);
    await unpackEntries(process, entries);
    calls.makeDirectories(process, '/var/lib/dpkg/info');
    const list = ['/.', ...entries.map(({ path }) => `/${path}`)].join('\n');
    await calls.writeFile(process, `/var/lib/dpkg/info/${name}.list`, `${list}\n`);
    if (!calls.statIfThere(process, DOCKER_CLEAN)) await keepArchive(process, file, Number(fields.get('Size') ?? 0));
  }
  for (const { name, fields } of plan.install) {
    await progress(process, given, `Setting up ${name} (${fields.get('Version') ?? ''}) ...\n`);
    linkAlternatives(process, await packages.alternatives(name));
  }
  if (plan.install.some(({ name }) => name.startsWith('lib')))
    await progress(
      process,
      given,
      `Processing triggers for libc-bin (${installed.get('libc-bin')?.version ?? ''}) ...\n`,
    );
}

/** dpkg's own lines are shown with -qq, too, as the real ones are. */
function progress(process: Process, given: AptArguments, text: string): undefined | Promise<void> {
  return given.quiet >= 3 ? undefined : process.print(text);
}

async function filesInstalled(process: Process): Promise<number> {
  let count = 0;
  if (!calls.statIfThere(process, '/var/lib/dpkg/info')) return 0;
  for (const { name } of calls.readdir(process, '/var/lib/dpkg/info')) {
    if (!name.endsWith('.list')) continue;
    const list = await calls.readFile(process, `/var/lib/dpkg/info/${name}`);
    for (const byte of list) if (byte === 10) count++;
  }
  return count;
}

async function keepArchive(process: Process, file: string, sizeBytes: number): Promise<void> {
  calls.makeDirectories(process, '/var/cache/apt/archives/partial');
  const path = `/var/cache/apt/archives/${file}`;
  await calls.writeFile(process, path, '');
  calls.truncate(process, path, sizeBytes);
}

function linkAlternatives(process: Process, links: Readonly<Record<string, string>>): void {
  for (const [path, target] of Object.entries(links)) {
    const base = path.slice(path.lastIndexOf('/') + 1);
    calls.makeDirectories(process, '/etc/alternatives');
    for (const [from, to] of [
      [`/etc/alternatives/${base}`, target],
      [`/${path}`, `/etc/alternatives/${base}`],
    ] as const) {
      if (calls.lstatIfThere(process, from)) calls.unlink(process, from);
      calls.symlink(process, to, from);
    }
  }
}

async function logHistory(process: Process, plan: Plan): Promise<void> {
  calls.makeDirectories(process, '/var/log/apt');
  const date = new Date(process.kernel.clock.now().sec * 1000).toISOString().replace('T', '  ').slice(0, 20);
  const names = plan.install.map(({ name, fields }) => `${name}:amd64 (${fields.get('Version')})`).join(', ');
  const text = `\nStart-Date: ${date}\nCommandline: ${process.argv.join(' ')}\nInstall: ${names}\nEnd-Date: ${date}\n`;
  const path = '/var/log/apt/history.log';
  const before = calls.statIfThere(process, path) ? decodeName(await calls.readFile(process, path)) : '';
  await calls.writeFile(process, path, before + text);
}
