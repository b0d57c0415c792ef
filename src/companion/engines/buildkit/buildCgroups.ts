import { readdirSync } from 'node:fs';
import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompanionError } from '../../companionError.ts';

export interface CgroupBounds {
  readonly memoryBytes: number;
  readonly processes: number;
}

interface Setting {
  readonly file: string;
  readonly value: (bounds: CgroupBounds) => string;
}

/** Folders of a build's bounds, and what is written there (Linux, cgroup-v1/pids.rst, memory.rst; cgroup-v2.rst). */
interface Hierarchy {
  readonly root: string;
  readonly settings: readonly Setting[];
}

const V1: readonly Hierarchy[] = [
  { root: 'pids', settings: [{ file: 'pids.max', value: ({ processes }) => String(processes) }] },
  { root: 'memory', settings: [{ file: 'memory.limit_in_bytes', value: ({ memoryBytes }) => String(memoryBytes) }] },
];
const V2: Hierarchy = {
  root: '',
  settings: [
    { file: 'pids.max', value: ({ processes }) => String(processes) },
    { file: 'memory.max', value: ({ memoryBytes }) => String(memoryBytes) },
    { file: 'memory.swap.max', value: () => '0' },
  ],
};

/** Bounds of RUN for a buildkitd on this machine: each build has a cgroup, which BuildKit is told to put its
 *  containers below. Needs the right to make cgroups. */
export class BuildCgroups {
  readonly #mount: string;
  /** Begins the names of this worker's cgroups: others may use the same parent. */
  readonly #worker: string;
  readonly #parent: string;
  readonly #hierarchies: readonly Hierarchy[];

  private constructor(mount: string, parent: string, worker: string, hierarchies: readonly Hierarchy[]) {
    this.#worker = worker;
    this.#mount = mount;
    this.#parent = parent;
    this.#hierarchies = hierarchies;
  }

  /** Throws CompanionError `unsupported` where no cgroups can be made. */
  static async open(parent: string, worker: string, mount = '/sys/fs/cgroup'): Promise<BuildCgroups> {
    const isV2 = await exists(join(mount, 'cgroup.controllers'));
    const cgroups = new BuildCgroups(mount, parent, worker, isV2 ? [V2] : V1);
    try {
      for (const { root } of cgroups.#hierarchies) {
        await mkdir(join(mount, root, parent), { recursive: true });
        if (isV2) await writeFile(join(mount, parent, 'cgroup.subtree_control'), '+pids +memory');
      }
    } catch (error) {
      throw new CompanionError('unsupported', `no cgroup can be made below ${join(mount, parent)}`, error);
    }
    return cgroups;
  }

  /** Of a build's cgroup, as BuildKit takes it. */
  pathOf(build: string): string {
    return `/${this.#parent}/${this.#worker}-${build}`;
  }

  /** Makes a build's cgroup. */
  async make(build: string, bounds: CgroupBounds): Promise<void> {
    for (const { root, settings } of this.#hierarchies) {
      const folder = join(this.#mount, root, this.#parent, `${this.#worker}-${build}`);
      await mkdir(folder, { recursive: true });
      for (const { file, value } of settings) await this.#set(join(folder, file), value(bounds));
    }
  }

  async #set(path: string, value: string): Promise<void> {
    // Kernels without swap accounting lack its file.
    if (path.endsWith('swap.max') && !(await exists(path))) return;
    await writeFile(path, value);
  }

  async remove(build: string): Promise<void> {
    for (const { root } of this.#hierarchies) {
      await removeTree(join(this.#mount, root, this.#parent, `${this.#worker}-${build}`), 0).catch(() => undefined);
    }
  }

  /** Of builds whose cgroups are there. */
  names(): string[] {
    const names = this.#hierarchies.flatMap(({ root }) => foldersIn(join(this.#mount, root, this.#parent)));
    return [...new Set(names)];
  }

  /** Removes all of it, where no build is under way. */
  async close(): Promise<void> {
    for (const { root } of this.#hierarchies) {
      await removeTree(join(this.#mount, root, this.#parent), 0).catch(() => undefined);
    }
  }

  /** Removes those of workers that died; the kernel keeps those that have processes. */
  async sweep(isAlive: (worker: string) => Promise<boolean>): Promise<void> {
    for (const { root } of this.#hierarchies) {
      const folder = join(this.#mount, root, this.#parent);
      for (const name of foldersIn(folder)) {
        const worker = /^(worker-\d+-\w+)-[0-9a-f]+$/.exec(name)?.[1];
        if (worker === undefined || (await isAlive(worker))) continue;
        await removeTree(join(folder, name), 0).catch(() => undefined);
      }
    }
  }
}

const MAX_DEPTH = 8;

/** Its files vanish with a cgroup: only folders are removed, innermost first. */
async function removeTree(folder: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return;
  for (const child of await readdir(folder, { withFileTypes: true })) {
    if (child.isDirectory()) await removeTree(join(folder, child.name), depth + 1);
  }
  await rmdir(folder);
}

function foldersIn(folder: string): string[] {
  const children = readdirSync(folder, { withFileTypes: true });
  return children.filter((child) => child.isDirectory()).map(({ name }) => name);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
