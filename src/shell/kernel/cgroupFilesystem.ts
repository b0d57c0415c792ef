import { S_IFDIR, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { DEFAULT_PERIOD_US, type Cgroup } from './cgroup.ts';
import { GeneratedFilesystem, type GeneratedNode } from './generatedFilesystem.ts';
import { ALL_PROCESSORS, numberList } from './procfs.ts';

const DIRECTORY = S_IFDIR | 0o555;
const READABLE = S_IFREG | 0o444;
const SETTABLE = S_IFREG | 0o644;
const DEFAULT_WEIGHT = 100;

type CgroupFile = readonly [mode: number, text: (group: Cgroup) => string];

/** Of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst): what a container sees of its own group. */
const FILES: Readonly<Record<string, CgroupFile>> = {
  'cgroup.controllers': [READABLE, () => 'cpuset cpu io memory pids\n'],
  'cgroup.events': [READABLE, ({ members }) => `populated ${members.size > 0 ? 1 : 0}\nfrozen 0\n`],
  'cgroup.freeze': [SETTABLE, () => '0\n'],
  'cgroup.max.depth': [SETTABLE, () => 'max\n'],
  'cgroup.max.descendants': [SETTABLE, () => 'max\n'],
  'cgroup.procs': [SETTABLE, (group) => memberPids(group)],
  'cgroup.stat': [READABLE, () => 'nr_descendants 0\nnr_dying_descendants 0\n'],
  'cgroup.subtree_control': [SETTABLE, () => ''],
  'cgroup.threads': [SETTABLE, (group) => memberPids(group)],
  'cgroup.type': [SETTABLE, () => 'domain\n'],
  'cpu.max': [SETTABLE, ({ limits: { quotaUs, periodUs = DEFAULT_PERIOD_US } }) => `${quotaUs ?? 'max'} ${periodUs}\n`],
  'cpu.stat': [READABLE, (group) => processorStat(group)],
  'cpu.weight': [SETTABLE, ({ limits: { weight = DEFAULT_WEIGHT } }) => `${weight}\n`],
  'cpuset.cpus': [SETTABLE, ({ limits: { processors } }) => `${numberList(processors ?? [])}\n`],
  'cpuset.cpus.effective': [READABLE, ({ limits: { processors } }) => `${numberList(processors ?? ALL_PROCESSORS)}\n`],
  'cpuset.mems': [SETTABLE, () => '\n'],
  'cpuset.mems.effective': [READABLE, () => '0\n'],
  'io.max': [SETTABLE, () => ''],
  'io.weight': [SETTABLE, ({ limits: { ioWeight = DEFAULT_WEIGHT } }) => `default ${ioWeight}\n`],
  'memory.current': [READABLE, ({ usedBytes }) => `${usedBytes}\n`],
  'memory.events': [
    READABLE,
    ({ outOfMemoryCount: count }) => `low 0\nhigh 0\nmax ${count}\noom ${count}\noom_kill ${count}\noom_group_kill 0\n`,
  ],
  'memory.high': [SETTABLE, () => 'max\n'],
  'memory.low': [SETTABLE, ({ limits: { reservedBytes = 0 } }) => `${reservedBytes}\n`],
  'memory.max': [SETTABLE, ({ limits: { memoryBytes } }) => `${memoryBytes ?? 'max'}\n`],
  'memory.min': [SETTABLE, () => '0\n'],
  'memory.oom.group': [SETTABLE, () => '0\n'],
  'memory.peak': [READABLE, ({ peakBytes, usedBytes }) => `${Math.max(peakBytes, usedBytes)}\n`],
  'memory.swap.current': [READABLE, () => '0\n'],
  'memory.swap.max': [SETTABLE, ({ limits: { swapBytes } }) => `${swapBytes ?? 'max'}\n`],
  'pids.current': [READABLE, ({ members }) => `${members.size}\n`],
  'pids.events': [READABLE, ({ refusedForks }) => `max ${refusedForks}\n`],
  'pids.max': [SETTABLE, ({ limits: { processes } }) => `${processes ?? 'max'}\n`],
};

/** Of processes and of threads: each has one. */
function memberPids({ members }: Cgroup): string {
  return [...members.keys()].map(({ pid }) => `${pid}\n`).join('');
}

/** The machine does not tell time in the kernel from that of programs; periods are those that ended in a wait. */
function processorStat({ time: { usedMs, waits, waitedMs } }: Cgroup): string {
  const microseconds = (ms: number): number => Math.round(ms * 1000);
  const used = microseconds(usedMs);
  const throttled = `nr_periods ${waits}\nnr_throttled ${waits}\nthrottled_usec ${microseconds(waitedMs)}\n`;
  return `usage_usec ${used}\nuser_usec ${used}\nsystem_usec 0\n${throttled}`;
}

/** /sys/fs/cgroup of a namespace whose root is one group. Limits are the engine's: nobody inside sets them. */
export class CgroupFilesystem extends GeneratedFilesystem {
  readonly #group: Cgroup;

  constructor(group: Cgroup) {
    super();
    this.#group = group;
  }

  protected node(path: string): GeneratedNode | undefined {
    if (path === '') return { mode: DIRECTORY, names: () => Object.keys(FILES) };
    const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (!file) return undefined;
    const [mode, text] = file;
    return { mode, text: () => text(this.#group) };
  }
}
