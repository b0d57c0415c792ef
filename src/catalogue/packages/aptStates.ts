import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { DebianPackage } from '../debianPackages.ts';
import { type InstalledPackage, isInstalled } from './dpkgStatus.ts';
import { relationNames } from './resolvePackages.ts';

const STATES = '/var/lib/apt/extended_states';

/** What apt installed for others' sake (apt-mark(8)). */
export async function readAutomatic(process: Process): Promise<Set<string>> {
  if (!calls.statIfThere(process, STATES)) return new Set();
  const text = decodeName(await calls.readFile(process, STATES));
  const marked = text.split(/\n\n+/).filter((record) => /^Auto-Installed: 1$/m.test(record));
  return new Set(marked.flatMap((record) => /^Package: (.*)$/m.exec(record)?.[1] ?? []));
}

export async function writeAutomatic(process: Process, names: Iterable<string>): Promise<void> {
  calls.makeDirectories(process, STATES.slice(0, STATES.lastIndexOf('/')));
  const records = [...names].sort().map((name) => `Package: ${name}\nArchitecture: amd64\nAuto-Installed: 1\n\n`);
  await calls.writeFile(process, STATES, records.join(''));
}

/** What came for others' sake and nobody needs by these relations, without those that are going. */
export function unneededPackages(
  index: ReadonlyMap<string, DebianPackage>,
  installed: ReadonlyMap<string, InstalledPackage>,
  automatic: ReadonlySet<string>,
  going: ReadonlySet<string>,
  relations: readonly string[],
): readonly string[] {
  const here = [...installed.keys()].filter((name) => isInstalled(installed, name) && !going.has(name));
  const needed = new Set(here.filter((name) => !automatic.has(name)));
  const provided = new Map<string, string[]>();
  for (const name of here)
    for (const [virtual = ''] of relationNames(index.get(name)?.fields.get('Provides')))
      provided.set(virtual, [...(provided.get(virtual) ?? []), name]);
  for (const name of needed) {
    const fields = index.get(name)?.fields;
    for (const field of relations)
      for (const choice of relationNames(fields?.get(field))) {
        const meeting = choice.flatMap((one) => [one, ...(provided.get(one) ?? [])]);
        // What somebody asked for serves before what came by itself.
        const asked = meeting.some((one) => installed.has(one) && !automatic.has(one) && !going.has(one));
        if (!asked) for (const one of meeting) needed.add(one);
      }
  }
  return here.filter((name) => automatic.has(name) && !needed.has(name)).sort();
}
