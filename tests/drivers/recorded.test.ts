import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DriverName } from '../../src/drivers/driver.ts';
import {
  CONTAINERD_CONTAINER,
  EngineUnavailable,
  findProgram,
  observeContainerd,
  observeDockerd,
  type Observation,
} from './engine.ts';
import { measureHost } from '../../src/drivers/measureHost.ts';
import { driverNamed, layOut } from './hosts.ts';
import { allocatedForContents, listLayout, normalLines } from './listing.ts';
import { sampleHost } from './sample.ts';

/** Each driver that was seen at work: where it keeps things, and who to ask. */
interface Recorded {
  readonly name: DriverName;
  readonly folders: readonly string[];
  readonly changes: 'changed' | 'untouched';
  readonly observe: () => Promise<Observation>;
  /** What a host must have. */
  readonly programs: readonly string[];
  /** A filesystem of this kind, named by a variable of the environment. */
  readonly folderVariable?: string;
}

const docker = (name: DriverName, more: Partial<Recorded> = {}): Recorded => ({
  name,
  folders: [name, `image/${name}/layerdb`],
  changes: 'changed',
  observe: () => observeDockerd(name, more.folderVariable && process.env[more.folderVariable]),
  programs: ['dockerd', 'containerd', ...(more.programs ?? [])],
  ...(more.folderVariable ? { folderVariable: more.folderVariable } : {}),
});

const containerd = (snapshotter: string, folderVariable?: string): Recorded => ({
  name: `containerd-${snapshotter}` as DriverName,
  folders: [`io.containerd.snapshotter.v1.${snapshotter}`],
  changes: 'untouched',
  observe: () => observeContainerd(snapshotter, folderVariable && process.env[folderVariable]),
  programs: ['containerd', 'ctr'],
  ...(folderVariable ? { folderVariable } : {}),
});

const BTRFS = 'PALIMPSEST_BTRFS_DIR';
/** Of statfs(2): there space is counted as the model counts it. */
const EXT4 = 0xef53;

const DRIVERS: readonly Recorded[] = [
  docker('overlay2'),
  docker('vfs'),
  docker('fuse-overlayfs', { programs: ['fuse-overlayfs'] }),
  docker('btrfs', { folderVariable: BTRFS }),
  containerd('overlayfs'),
  containerd('native'),
  containerd('btrfs', BTRFS),
];

async function modelled({ name, folders, changes }: Recorded, containerId: string): Promise<readonly string[]> {
  const { host, contentOf } = await sampleHost(containerId, changes);
  return normalLines(listLayout(layOut(name, host), folders, contentOf));
}

function goldenPath(name: string): string {
  return fileURLToPath(new URL(`goldens/${name}.txt`, import.meta.url));
}

describe('DRV-2 the model equals what real engines left on disk', () => {
  it.each(DRIVERS)('$name, as recorded', async (recorded) => {
    const [head = '', ...lines] = readFileSync(goldenPath(recorded.name), 'utf8').trimEnd().split('\n');
    expect(head).toMatch(/^# .* Linux /);
    expect(await modelled(recorded, CONTAINERD_CONTAINER)).toEqual(lines);
  });

  it('covers every driver whose layout is called measured', () => {
    const measured = DRIVERS.map(({ name }) => name);
    for (const name of measured) expect(driverNamed(name).evidence.layout).toBe('measured');
    expect(measured).toHaveLength(7);
  });
});

/** Why the engine cannot be asked here, or undefined. */
function obstacle({ programs, folderVariable }: Recorded): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  const missing = programs.find((program) => findProgram(program) === undefined);
  if (missing) return `no ${missing} in PATH`;
  if (folderVariable && !existsSync(process.env[folderVariable] ?? '')) return `${folderVariable} names no folder`;
  return undefined;
}

describe('DRV-2 the model equals what the engines of this host leave on disk', () => {
  for (const recorded of DRIVERS) {
    const reason = obstacle(recorded);
    const title = reason ? `${recorded.name} (skipped: ${reason})` : recorded.name;
    it.skipIf(reason !== undefined)(title, { timeout: 60_000 }, async (context) => {
      const observed = await recorded.observe().catch((error: unknown) => {
        if (error instanceof EngineUnavailable) return context.skip(error.message);
        throw error;
      });
      const lines = normalLines(observed.entries);
      // PALIMPSEST_RECORD=1 keeps what was seen for hosts that have no engine.
      if (process.env.PALIMPSEST_RECORD === '1')
        writeFileSync(goldenPath(recorded.name), `# ${observed.versions}\n${lines.join('\n')}\n`);
      expect(await modelled(recorded, observed.containerId)).toEqual(lines);
      if (recorded.folderVariable !== undefined || statfsSync(tmpdir()).type !== EXT4) return;
      const { host } = await sampleHost(observed.containerId, recorded.changes);
      const { images, containers } = driverNamed(recorded.name).usage(await measureHost(host));
      expect(images.allocatedBytes + containers.allocatedBytes).toBe(allocatedForContents(observed.entries));
    });
  }
});
