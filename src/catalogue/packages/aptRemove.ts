import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Catalogue } from '../catalogue.ts';
import { aptDistribution } from './aptDistribution.ts';
import { readAutomatic, unneededPackages, writeAutomatic } from './aptStates.ts';
import type { AptArguments } from './aptArguments.ts';
import { aptSize, packageList } from './aptOutput.ts';
import { type InstalledPackage, isInstalled, packageFiles, readStatus, writeStatus } from './dpkgStatus.ts';
import { relationNames } from './resolvePackages.ts';
import { removePaths } from './unpackEntries.ts';

/** `apt-get remove` and `purge`: what depends on the packages goes, too. */
export async function removePackages(
  process: Process,
  catalogue: Catalogue,
  given: AptArguments,
  names: readonly string[],
): Promise<number> {
  await given.tell(process, 'Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  const installed = await readStatus(process);
  const { packages } = await aptDistribution(process, catalogue);
  const index = await packages.index();
  const purges = given.has('purge') || given.operands[0] === 'purge' || given.operands[0] === 'autopurge';
  const going = new Set<string>();
  for (const name of names) {
    if (isInstalled(installed, name)) going.add(name);
    else if (index.has(name)) await given.tell(process, `Package '${name}' is not installed, so not removed\n`);
    else {
      await process.write(2, `E: Unable to locate package ${name}\n`);
      return 100;
    }
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const name of installed.keys()) {
      if (going.has(name)) continue;
      const depends = relationNames(index.get(name)?.fields.get('Depends'));
      if (!depends.some((choice) => choice.length > 0 && choice.every((one) => going.has(one)))) continue;
      going.add(name);
      grew = true;
    }
  }
  const automatic = await readAutomatic(process);
  const sweeps = given.has('auto-remove') || given.has('autoremove') || /^auto/.test(given.operands[0] ?? '');
  // What is recommended stays, unless it is told otherwise (APT::AutoRemove::RecommendsImportant).
  const relations = ['Pre-Depends', 'Depends', ...(given.has('recommends-unimportant') ? [] : ['Recommends'])];
  if (sweeps) for (const name of unneededPackages(index, installed, automatic, going, relations)) going.add(name);
  const list = [...going].sort();
  const fault = refusal(given, installed, list);
  if (fault !== undefined) {
    await process.write(2, `E: ${fault}\n`);
    return 100;
  }
  const freed = list.reduce((sum, name) => sum + Number(index.get(name)?.fields.get('Installed-Size') ?? 0) * 1024, 0);
  if (list.length > 0)
    await given.tell(
      process,
      `The following packages will be REMOVED:\n${packageList(list.map((name) => name + (purges ? '*' : '')))}`,
    );
  await given.tell(process, `0 upgraded, 0 newly installed, ${list.length} to remove and 0 not upgraded.\n`);
  if (list.length === 0) return 0;
  await given.tell(process, `After this operation, ${aptSize(freed)} disk space will be freed.\n`);
  if (given.has('simulate') || given.has('dry-run')) {
    for (const name of list)
      await process.print(`${purges ? 'Purg' : 'Remv'} ${name} [${installed.get(name)?.version}]\n`);
    return 0;
  }
  for (const name of list) {
    await process.print(`Removing ${name} (${installed.get(name)?.version}) ...\n`);
    await removePaths(process, (await packageFiles(process, name)) ?? []);
    forgetList(process, name);
    installed.delete(name);
    automatic.delete(name);
  }
  await writeAutomatic(process, automatic);
  await writeStatus(
    process,
    [...installed.values()].map(({ record }) => record),
  );
  return 0;
}

/** What apt does not do by itself with -y (apt-get(8)). */
function refusal(
  given: AptArguments,
  installed: ReadonlyMap<string, InstalledPackage>,
  list: readonly string[],
): string | undefined {
  const some = (line: RegExp) => list.some((name) => line.test(installed.get(name)?.record ?? ''));
  if (some(/^Essential: yes$/m) && !given.has('allow-remove-essential') && !given.has('force-yes'))
    return 'Essential packages were removed and -y was used without --allow-remove-essential.';
  if (some(/^Status: hold /m) && !given.has('allow-change-held-packages') && !given.has('force-yes'))
    return 'Held packages were changed and -y was used without --allow-change-held-packages.';
  return undefined;
}

function forgetList(process: Process, name: string): void {
  try {
    calls.unlink(process, `/var/lib/dpkg/info/${name}.list`);
  } catch (error) {
    if (!(error instanceof VfsError && error.code === 'ENOENT')) throw error;
  }
}
