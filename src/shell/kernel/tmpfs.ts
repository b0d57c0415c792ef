import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { memoryFilesystem } from './memoryFilesystem.ts';

/** What a tmpfs was asked for by its options (tmpfs(5)); undefined for what they do not say. */
export interface TmpfsOptions {
  readonly sizeBytes: number | undefined;
  readonly mode: number | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly isReadOnly: boolean;
  /** Of every mount, in the order in which the kernel shows them: `nosuid,nodev,noexec,relatime`. */
  readonly flags: string;
}

const DEFAULT_MODE = 0o1777;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const PAGE_BYTES = 4096;
/** Flags that one option sets and another clears; the last one counts. */
const FLAGS = ['nosuid', 'nodev', 'noexec'];
const CLEARS: Readonly<Record<string, string>> = { suid: 'nosuid', dev: 'nodev', exec: 'noexec' };
const TIMES = ['relatime', 'noatime', 'strictatime', 'nodiratime', 'atime', 'norelatime', 'diratime'];
/** What changes nothing here. */
const NEUTRAL =
  /^(?:rw|defaults|a?sync|dirsync|n?mand|nomand|r?(?:private|shared|slave|unbindable)|nr_(?:inodes|blocks)=\d+[kKmMgG]?|mpol=.+)$/;

/** Reads options. Gives the first one that tmpfs does not know. `memoryBytes`: what a size of percent is of. */
export function readTmpfsOptions(words: readonly string[], memoryBytes: number): TmpfsOptions | string {
  const set = new Set<string>();
  let time = 'relatime';
  let isReadOnly = false;
  let sizeBytes: number | undefined;
  let mode: number | undefined;
  let uid = 0;
  let gid = 0;
  for (const word of words) {
    const [name = '', value = ''] = word.split(/=(.*)/s);
    if (word === '' || NEUTRAL.test(word)) continue;
    else if (word === 'ro') isReadOnly = true;
    else if (FLAGS.includes(word)) set.add(word);
    else if (CLEARS[word] !== undefined) set.delete(CLEARS[word]);
    else if (TIMES.includes(word)) time = /^(?:noatime|relatime)$/.test(word) ? word : time;
    else if (name === 'size' && /^\d+[kmgt%]?$/i.test(value)) sizeBytes = sizeOf(value.toLowerCase(), memoryBytes);
    else if (name === 'mode' && /^[0-7]{1,5}$/.test(value)) mode = Number.parseInt(value, 8) & 0o7777;
    else if (name === 'uid' && /^\d{1,10}$/.test(value)) uid = Number(value);
    else if (name === 'gid' && /^\d{1,10}$/.test(value)) gid = Number(value);
    else return word;
  }
  const flags = [...FLAGS.filter((flag) => set.has(flag)), time].join(',');
  // A size of nothing is no limit.
  return { sizeBytes: sizeBytes === 0 ? undefined : sizeBytes, mode, uid, gid, isReadOnly, flags };
}

function sizeOf(text: string, memoryBytes: number): number {
  const number = Number.parseInt(text, 10);
  const bytes = text.endsWith('%')
    ? Math.floor((memoryBytes * Math.min(number, 100)) / 100)
    : number * (UNITS[/[a-z]$/.exec(text)?.[0] ?? ''] ?? 1);
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

/** The filesystem, and what /proc/mounts tells of it (mm/shmem.c, shmem_show_options). */
export function makeTmpfs(
  now: () => Timestamp,
  { sizeBytes, mode, uid, gid, flags }: TmpfsOptions,
  form: { readonly modeBefore?: number } = {},
): { readonly filesystem: OverlayMount; readonly options: string } {
  const filesystem = memoryFilesystem(now, sizeBytes);
  filesystem.chmod('/', form.modeBefore ?? mode ?? DEFAULT_MODE);
  if (uid !== 0 || gid !== 0) filesystem.lchown('/', uid, gid);
  const shown = [
    flags,
    ...(sizeBytes === undefined ? [] : [`size=${Math.ceil(sizeBytes / 1024)}k`]),
    ...(mode === undefined || mode === DEFAULT_MODE ? [] : [`mode=${mode.toString(8).padStart(3, '0')}`]),
    ...(uid === 0 ? [] : [`uid=${uid}`]),
    ...(gid === 0 ? [] : [`gid=${gid}`]),
  ];
  return { filesystem, options: shown.join(',') };
}
