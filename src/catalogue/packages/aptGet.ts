import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import type { Catalogue } from '../catalogue.ts';
import { AptArguments } from './aptArguments.ts';
import { installPackages } from './aptInstall.ts';
import { aptDistribution } from './aptDistribution.ts';
import { isUpdated, updateLists } from './aptLists.ts';
import { removePackages } from './aptRemove.ts';
import { isInstalled, readStatus } from './dpkgStatus.ts';

/** apt-get and apt, over the catalogue's packages. */
export function aptGet(catalogue: Catalogue): Program {
  return async (process) => {
    const parsed = AptArguments.parse(process.argv.slice(1));
    if (typeof parsed === 'string') {
      await process.write(2, `E: ${parsed}\n`);
      return 100;
    }
    const [command = '', ...names] = parsed.operands;
    if (command === '' || parsed.has('help')) {
      await process.print(`apt 2.6.1 (amd64)\nUsage: ${process.name} [options] command\n`);
      return 0;
    }
    if (process.name === 'apt' && !process.files.get(1)?.isTerminal)
      await process.write(2, '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n');
    return run(process, catalogue, parsed, command, names);
  };
}

async function run(
  process: Process,
  catalogue: Catalogue,
  given: AptArguments,
  command: string,
  names: readonly string[],
): Promise<number> {
  switch (command) {
    case 'update':
      return (await isRefused(process)) ? 100 : updateLists(process, catalogue, given);
    case 'install':
    case 'reinstall':
      return (await isRefused(process)) ? 100 : installPackages(process, catalogue, given, names);
    case 'remove':
    case 'purge':
    case 'autoremove':
    case 'autopurge':
      return (await isRefused(process)) ? 100 : removePackages(process, catalogue, given, names);
    case 'upgrade':
    case 'dist-upgrade':
    case 'full-upgrade':
      return (await isRefused(process)) ? 100 : nothingToDo(process, given);
    case 'clean':
    case 'autoclean':
      return cleanArchives(process);
    case 'check':
      return 0;
    case 'list':
      return listPackages(process, catalogue, given, names);
    case 'show':
    case 'search':
    case 'policy':
    case 'depends': {
      const { aptCache } = await import('./aptCache.ts');
      return aptCache(catalogue)(process);
    }
    case 'moo':
      await process.print('This apt has simulated cow powers.\n');
      return 0;
    default:
      await process.write(2, `E: Invalid operation ${command}\n`);
      return 100;
  }
}

async function isRefused(process: Process): Promise<boolean> {
  if (process.credentials.uid === 0) return false;
  await process.write(
    2,
    'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n',
  );
  return true;
}

async function nothingToDo(process: Process, given: AptArguments): Promise<number> {
  await given.tell(process, 'Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  await given.tell(process, '0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
  return 0;
}

async function cleanArchives(process: Process): Promise<number> {
  const folder = '/var/cache/apt/archives';
  if (!calls.statIfThere(process, folder)) return 0;
  for (const { name } of calls.readdir(process, folder)) {
    if (name.endsWith('.deb')) calls.unlink(process, `${folder}/${name}`);
  }
  return 0;
}

async function listPackages(
  process: Process,
  catalogue: Catalogue,
  given: AptArguments,
  patterns: readonly string[],
): Promise<number> {
  const installed = await readStatus(process);
  const { suite, packages } = await aptDistribution(process, catalogue);
  const index = await packages.index();
  await process.write(2, 'Listing...\n');
  const onlyInstalled = given.has('installed');
  const known = isUpdated(process) && !onlyInstalled ? [...index.keys()] : [];
  const matches = (name: string) => patterns.length === 0 || patterns.some((pattern) => wild(pattern).test(name));
  for (const name of [...new Set([...installed.keys(), ...known])].sort()) {
    if (!matches(name)) continue;
    const there = isInstalled(installed, name);
    const version = installed.get(name)?.version ?? index.get(name)?.fields.get('Version') ?? '';
    await process.print(`${name}/${suite}${there ? ',now' : ''} ${version} amd64${there ? ' [installed]' : ''}\n`);
  }
  return 0;
}

function wild(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}
