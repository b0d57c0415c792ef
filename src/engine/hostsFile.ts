import { decodeName } from '../bytes/byteName.ts';
import { readFile, statIfThere, writeFile } from '../shell/kernel/calls.ts';
import { containerDirectory, ownHostName } from './containerNamespace.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import type { NetworkRecord } from './networkRecord.ts';

/** A running container's /etc/hosts gets a line of its own for an address (libnetwork, updateHostsFile). */
export async function addOwnAddress(core: EngineCore, record: ContainerRecord, address: string): Promise<void> {
  if (address === '') return;
  await rewrite(core, record, (lines) => [...lines, `${address}\t${ownHostName(record)}`]);
}

/** The lines of all names that a network knows go, but for the container's own name (libnetwork, getSvcRecords and
 *  etchosts.Delete): whatever the address, and so also those of its host name on other networks, where that is its
 *  short ID. To be called while the container still hangs there. */
export async function removeNetworkNames(
  core: EngineCore,
  record: ContainerRecord,
  network: NetworkRecord,
): Promise<void> {
  const names = new Set<string>();
  for (const container of core.state.containers.values())
    for (const { networkId, aliases } of container.endpoints) {
      if (networkId !== network.id) continue;
      for (const name of [container.name, ...aliases, ...(network.isPredefined ? [] : [container.id.slice(0, 12)])])
        if (name !== record.name) names.add(name);
    }
  await rewrite(core, record, (lines) => lines.filter((line) => !names.has(/\t(.*)$/s.exec(line)?.[1] ?? '')));
}

async function rewrite(
  core: EngineCore,
  record: ContainerRecord,
  change: (lines: readonly string[]) => readonly string[],
): Promise<void> {
  const path = `${containerDirectory(record.id)}/hosts`;
  if (!statIfThere(core.daemon, path)) return;
  const lines = decodeName(await readFile(core.daemon, path))
    .split('\n')
    .slice(0, -1);
  await writeFile(
    core.daemon,
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
    0o644,
  );
}
