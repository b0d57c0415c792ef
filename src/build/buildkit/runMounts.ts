import { MemorySource } from '../../bytes/byteSource.ts';
import type { CacheMount, CacheMountRequest } from '../../engine/cacheMounts.ts';
import type { BuildMount } from '../../engine/buildProcess.ts';
import { memoryFilesystem } from '../../shell/kernel/memoryFilesystem.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { BuildError } from '../buildError.ts';
import { cleanPath, type FileSet } from '../classic/contextFiles.ts';
import { writeContent } from '../classic/placeFiles.ts';
import type { Mount } from '../instructions/instruction.ts';
import type { BuildkitVintage } from './buildkitOptions.ts';
import { select } from './copySelection.ts';
import { placeSelection } from './placeSelection.ts';
import type { Work } from '../../bytes/platform.ts';

const TMPFS_MODE = 0o1777;
const AGENT = 'SSH_AUTH_SOCK';

/** What the mounts of a RUN are made of. */
export interface MountSetup {
  readonly workingDir: string;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  /** Caches outlive a build. */
  readonly cacheMount: (request: CacheMountRequest) => CacheMount;
  /** What runs, for whoever asks what a cache is for. */
  readonly command: string;
  readonly now: () => Timestamp;
  readonly work: Work;
  readonly vintage: BuildkitVintage;
  /** The files of a stage, an image, or (for '') the context. */
  readonly filesOf: (mount: Mount, index: number) => Promise<FileSet>;
}

export interface PreparedMounts {
  readonly mounts: readonly BuildMount[];
  readonly env: ReadonlyMap<string, string>;
  /** Stands for what can be read there. */
  readonly digest: string;
}

/** buildkit solver/llbsolver/mounts, tmpfs; the kernel tells sizes in KiB. */
function tmpfsOptions(sizeLimitBytes: number): string {
  return `nosuid,relatime${sizeLimitBytes > 0 ? `,size=${Math.ceil(sizeLimitBytes / 4096) * 4}k` : ''}`;
}

/** Prepares what RUN --mount lays over the tree. What is written into a bind is lost. Throws BuildError. */
export async function prepareMounts(mounts: readonly Mount[], setup: MountSetup): Promise<PreparedMounts> {
  const prepared: BuildMount[] = [];
  const env = new Map<string, string>();
  const digests: string[] = [];
  let agents = 0;
  for (const [index, mount] of mounts.entries()) {
    const target = absolute(setup.workingDir, mount.target);
    digests.push(`${mount.type} ${target} ${mount.source} ${mount.cacheId} ${mount.readOnly}`);
    const root = memoryFilesystem(setup.now, mount.sizeLimitBytes > 0 ? mount.sizeLimitBytes : undefined);
    const plain = { target, filesystem: root, root: '', isFile: false, isReadOnly: mount.readOnly };
    if (mount.type === 'tmpfs') {
      root.chmod('/', TMPFS_MODE);
      prepared.push({ ...plain, type: 'tmpfs', options: tmpfsOptions(mount.sizeLimitBytes) });
    } else if (mount.type === 'cache') prepared.push({ ...plain, ...cacheOf(mount, target, setup) });
    else if (mount.type === 'secret') {
      const made = await secretMount(mount, setup, root, env);
      if (made) prepared.push(made);
    } else if (mount.type === 'bind') {
      const selection = await bindSelection(mount, await setup.filesOf(mount, index), setup);
      digests.push(selection.digest);
      await placeSelection(selection.selected, {
        mount: root,
        destination: '/source',
        owner: undefined,
        mode: undefined,
        unpacks: false,
        work: setup.work,
      });
      const isFile = selection.selected[0]?.file.kind === 'file';
      prepared.push({ ...plain, root: '/source', isFile });
    } else {
      const id = mount.cacheId || (setup.vintage === '0.8' ? '' : 'default');
      if (mount.required)
        throw new BuildError('instruction', `no SSH key ${JSON.stringify(id)} forwarded from the client`);
      if (!env.has(AGENT)) env.set(AGENT, mount.target || `/run/buildkit/ssh_agent.${agents}`);
      agents++;
    }
  }
  return { mounts: prepared, env, digest: digests.join('\n') };
}

function bindSelection(mount: Mount, files: FileSet, { work }: MountSetup) {
  return select(files, [mount.source === '' ? '/' : mount.source], { excludes: [], keepsParents: false }, work);
}

function cacheOf({ cacheId, mode, uid = 0, gid = 0 }: Mount, target: string, setup: MountSetup): CacheMount {
  const id = cacheId === '' ? target : cacheId;
  const description = `cached mount ${target} from exec ${setup.command}`;
  return setup.cacheMount({ id, mode: mode ?? 0o755, uid, gid, description });
}

async function secretMount(
  mount: Mount,
  { secrets, vintage }: MountSetup,
  root: OverlayMount,
  env: Map<string, string>,
): Promise<BuildMount | undefined> {
  const id = mount.cacheId || mount.source || mount.target.slice(mount.target.lastIndexOf('/') + 1);
  const bytes = secrets.get(id);
  if (!bytes) {
    if (mount.required)
      throw new BuildError('instruction', `secret ${id}${vintage === '0.8' ? ' not found' : ''}: not found`);
    return undefined;
  }
  if (mount.env !== undefined) {
    env.set(mount.env, new TextDecoder().decode(bytes));
    if (mount.target === '') return undefined;
  }
  const target = mount.target === '' ? `/run/secrets/${id}` : absolute('/run/secrets', mount.target);
  await writeContent(root, '/secret', new MemorySource(bytes), 0o400);
  root.chmod('/secret', mount.mode ?? 0o400);
  root.lchown('/secret', mount.uid ?? 0, mount.gid ?? 0);
  return { target, filesystem: root, root: '/secret', isFile: true, isReadOnly: true };
}

function absolute(workingDir: string, path: string): string {
  return `/${cleanPath(path.startsWith('/') ? path : `${workingDir}/${path}`)}`;
}
