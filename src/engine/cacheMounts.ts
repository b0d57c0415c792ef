import { toHex } from '../bytes/hex.ts';
import { encodeName } from '../bytes/byteName.ts';
import * as calls from '../shell/kernel/calls.ts';
import type { Filesystem } from '../shell/kernel/filesystem.ts';
import { S_IFDIR } from '../vfs/overlay/fileMode.ts';
import type { EngineCore } from './engineCore.ts';
import { withEntry } from './engineState.ts';
import { removeTree } from './removeTree.ts';

const DIRECTORY = '/var/lib/docker/buildkit/cachemounts';
const PLACE_LENGTH = 25;

/** A directory that RUN --mount=type=cache keeps from build to build. Its files lie on the host's disk. */
export interface CacheMountRecord {
  readonly id: string;
  /** As BuildKit's IDs of records look; names its directory. */
  readonly place: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly usageCount: number;
  readonly description: string;
}

export interface CacheMountRequest {
  readonly id: string;
  /** Of its root when it is made. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly description: string;
}

/** What a build mounts. */
export interface CacheMount {
  readonly filesystem: Filesystem;
  readonly root: string;
}

/** The cache of an ID, made where there is none. */
export function openCacheMount(core: EngineCore, { id, mode, uid, gid, description }: CacheMountRequest): CacheMount {
  const now = core.now();
  const known = core.state.cacheMounts.get(id);
  const place = known?.place ?? placeOf(core, id);
  const path = `${DIRECTORY}/${place}`;
  if (!calls.statIfThere(core.daemon, path)) {
    calls.makeDirectories(core.daemon, path, 0o700);
    calls.chmod(core.daemon, path, mode);
    calls.lchown(core.daemon, path, uid, gid);
  }
  const record: CacheMountRecord = {
    id,
    place,
    createdAt: known?.createdAt ?? now,
    lastUsedAt: now,
    usageCount: (known?.usageCount ?? 0) + 1,
    description: known?.description ?? description,
  };
  core.update({ cacheMounts: withEntry(core.state.cacheMounts, id, record) });
  const at = core.host.mounts.resolve(core.daemon, path, 'follow');
  return { filesystem: at.mount.filesystem, root: at.inner };
}

/** Whether a name is one that a directory has here: what was kept may say anything. */
export function isCachePlace(name: string): boolean {
  return /^[0-9a-f]{25}$/.test(name);
}

function placeOf(core: EngineCore, id: string): string {
  const hash = core.platform.createHash('sha256');
  hash.update(encodeName(id));
  return toHex(hash.digest()).slice(0, PLACE_LENGTH);
}

/** Bytes of the files in it. */
export function cacheMountBytes({ daemon }: EngineCore, { place }: CacheMountRecord): number {
  let sizeBytes = 0;
  const waiting = [`${DIRECTORY}/${place}`];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (!calls.lstatIfThere(daemon, path)) continue;
    for (const { name, type } of calls.readdir(daemon, path)) {
      if (type === S_IFDIR) waiting.push(`${path}/${name}`);
      else sizeBytes += calls.lstat(daemon, `${path}/${name}`).sizeBytes;
    }
  }
  return sizeBytes;
}

/** Removes those whose IDs, as usage shows them, are among these. */
export function removeCacheMounts(core: EngineCore, ids: ReadonlySet<string>): void {
  const gone = [...core.state.cacheMounts.values()].filter(({ place }) => ids.has(place));
  for (const { place } of gone) removeTree(core.daemon, `${DIRECTORY}/${place}`);
  if (gone.length === 0) return;
  core.update({ cacheMounts: new Map([...core.state.cacheMounts].filter(([, { place }]) => !ids.has(place))) });
}
