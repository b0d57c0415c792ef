import { S_IFDIR, S_IFLNK, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { limitsText } from './resourceLimits.ts';
import { GeneratedFilesystem, type GeneratedNode } from './generatedFilesystem.ts';
import { capabilityHex } from './capabilities.ts';
import type { Kernel } from './kernel.ts';
import { type Mount, mountOptions, type MountNamespace } from './mountNamespace.ts';
import type { Process } from './process.ts';
import { privilegesOf } from './processCredentials.ts';

const DIRECTORY = S_IFDIR | 0o555;
const FILE = S_IFREG | 0o444;
const LINK = S_IFLNK | 0o777;
const CLOCK_TICKS = 100;

/** What this machine says of itself. */
export const MACHINE = {
  kernelName: 'Linux',
  kernelRelease: '6.1.0-palimpsest',
  kernelVersion: '#1 SMP PREEMPT_DYNAMIC palimpsest (simulated)',
  architecture: 'x86_64',
  processors: 2,
  memoryBytes: 4 * 1024 ** 3,
} as const;

/** /proc as the process that looks sees it: the processes of its namespace, its mounts. */
export class ProcFilesystem extends GeneratedFilesystem {
  readonly #kernel: Kernel;
  readonly #bootedSec: number;

  constructor(kernel: Kernel) {
    super();
    this.#kernel = kernel;
    this.#bootedSec = kernel.clock.now().sec;
  }

  protected node(path: string): GeneratedNode | undefined {
    if (path === '')
      return { mode: DIRECTORY, names: () => [...Object.keys(this.#files()), ...DIRECTORIES, ...this.#pids()] };
    if (path === 'self' || path === 'thread-self') return { mode: LINK, target: () => String(this.caller?.pid ?? 1) };
    if (path === 'mounts') return { mode: LINK, target: () => 'self/mounts' };
    const slash = path.indexOf('/');
    const first = slash < 0 ? path : path.slice(0, slash);
    const rest = slash < 0 ? '' : path.slice(slash + 1);
    if (/^\d+$/.test(first)) {
      const process = this.caller?.namespaces.pids.processes.get(Number(first));
      return process && processNode(process, Number(first), rest);
    }
    if (first === 'sys') return this.#sys(rest);
    const text = rest === '' ? this.#files()[first] : undefined;
    return text && { mode: FILE, text };
  }

  #pids(): string[] {
    return [...(this.caller?.namespaces.pids.processes.keys() ?? [])].map(String);
  }

  #files(): Record<string, () => string> {
    const uptimeSec = () => Math.max(0, this.#kernel.clock.now().sec - this.#bootedSec);
    const memoryKib = MACHINE.memoryBytes / 1024;
    return {
      cmdline: () => 'BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet\n',
      cpuinfo: () => Array.from({ length: MACHINE.processors }, (_, i) => cpuText(i)).join(''),
      filesystems: () => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevpts\n\text4\nnodev\toverlay\n',
      loadavg: () =>
        `0.00 0.00 0.00 1/${this.#kernel.processes.size} ${Math.max(1, ...this.#kernel.processes.keys())}\n`,
      meminfo: () =>
        `MemTotal:       ${String(memoryKib).padStart(8)} kB\nMemFree:        ${String(memoryKib / 2).padStart(8)} kB\nMemAvailable:   ${String((memoryKib * 3) / 4).padStart(8)} kB\nBuffers:               0 kB\nCached:         ${String(memoryKib / 4).padStart(8)} kB\nSwapCached:            0 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n`,
      stat: () => `cpu  0 0 0 0 0 0 0 0 0 0\nbtime ${this.#bootedSec}\nprocesses ${this.#kernel.processes.size}\n`,
      uptime: () => `${uptimeSec()}.00 ${uptimeSec() * MACHINE.processors}.00\n`,
      version: () => `${MACHINE.kernelName} version ${MACHINE.kernelRelease} ${MACHINE.kernelVersion}\n`,
    };
  }

  #sys(path: string): GeneratedNode | undefined {
    const values: Record<string, () => string> = {
      'kernel/hostname': () => `${this.caller?.namespaces.uts.hostname ?? ''}\n`,
      'kernel/osrelease': () => `${MACHINE.kernelRelease}\n`,
      'kernel/ostype': () => `${MACHINE.kernelName}\n`,
      'kernel/pid_max': () => '4194304\n',
      'kernel/random/uuid': () => `${uuid(this.#kernel.random(16))}\n`,
      'net/ipv4/ip_forward': () => '1\n',
      'vm/overcommit_memory': () => '0\n',
    };
    for (const [name, value] of this.caller?.namespaces.sysctls ?? []) values[name] = () => `${value}\n`;
    const text = Object.hasOwn(values, path) ? values[path] : undefined;
    if (text) return { mode: FILE, text };
    const prefix = path === '' ? '' : `${path}/`;
    const names = new Set(
      Object.keys(values)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length).split('/')[0] as string),
    );
    return names.size > 0 ? { mode: DIRECTORY, names: () => [...names] } : undefined;
  }
}

const DIRECTORIES = ['self', 'mounts', 'sys'];

function processNode(process: Process, pid: number, path: string): GeneratedNode | undefined {
  const owner = { uid: process.credentials.uid, gid: process.credentials.gid };
  if (path === '') return { ...owner, mode: DIRECTORY, names: () => [...Object.keys(FILES_OF), ...LINKS_OF, 'fd'] };
  if (path === 'fd') return { ...owner, mode: S_IFDIR | 0o500, names: () => [...process.files.keys()].map(String) };
  const fd = /^fd\/(\d+)$/.exec(path);
  if (fd) {
    const file = process.files.get(Number(fd[1]));
    return file && { ...owner, mode: S_IFLNK | 0o700, target: () => file.path };
  }
  switch (path) {
    case 'cwd':
      return { ...owner, mode: LINK, target: () => process.cwd };
    case 'root':
      return { ...owner, mode: LINK, target: () => '/' };
    case 'exe':
      return { ...owner, mode: LINK, target: () => process.argv[0] ?? '' };
    default: {
      const text = Object.hasOwn(FILES_OF, path) ? FILES_OF[path] : undefined;
      return text && { ...owner, mode: path === 'environ' ? S_IFREG | 0o400 : FILE, text: () => text(process, pid) };
    }
  }
}

const LINKS_OF = ['cwd', 'root', 'exe'];

const FILES_OF: Readonly<Record<string, (process: Process, pid: number) => string>> = {
  cgroup: ({ namespaces: { cgroupPath = '/' } }) => `0::${cgroupPath}\n`,
  cmdline: (process) => process.argv.map((argument) => `${argument}\0`).join(''),
  comm: (process) => `${process.name.slice(0, 15)}\n`,
  environ: (process) => [...process.env].map(([name, value]) => `${name}=${value}\0`).join(''),
  limits: (process) => limitsText(process.limits),
  mountinfo: (process) => mountInfo(process.mounts),
  mounts: (process) => mountLines(process.mounts),
  stat: (process, pid) =>
    `${pid} (${process.name.slice(0, 15)}) ${stateOf(process)} ${parentPid(process)} ${process.group} ${process.group} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${startTicks(process)} 0 0\n`,
  status: (process, pid) => statusText(process, pid),
};

function stateOf(process: Process): string {
  if (process.hasEnded) return 'Z';
  return process.isStopped ? 'T' : 'S';
}

export function parentPid(process: Process): number {
  const { parent } = process;
  return parent && parent.namespaces.pids === process.namespaces.pids ? parent.pid : 0;
}

function startTicks(process: Process): number {
  return process.startedAt.sec * CLOCK_TICKS;
}

function statusText(process: Process, pid: number): string {
  const { uid, gid, groups, umask, realUid = uid, realGid = gid } = process.credentials;
  const names = { S: 'sleeping', T: 'stopped', Z: 'zombie' } as Record<string, string>;
  const state = stateOf(process);
  return [
    `Name:\t${process.name.slice(0, 15)}`,
    `Umask:\t${umask.toString(8).padStart(4, '0')}`,
    `State:\t${state} (${names[state]})`,
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    `PPid:\t${parentPid(process)}`,
    `Uid:\t${realUid}\t${uid}\t${uid}\t${uid}`,
    `Gid:\t${realGid}\t${gid}\t${gid}\t${gid}`,
    `Groups:\t${groups.join(' ')}`,
    `Threads:\t1`,
    ...capabilityLines(process),
    ...processorLines(process),
    '',
  ].join('\n');
}

function capabilityLines(process: Process): readonly string[] {
  const { inheritable, permitted, effective, bounding, ambient, gainsNothing } = privilegesOf(process.credentials);
  const { isFiltered = false } = process.namespaces;
  return [
    `CapInh:\t${capabilityHex(inheritable)}`,
    `CapPrm:\t${capabilityHex(permitted)}`,
    `CapEff:\t${capabilityHex(effective)}`,
    `CapBnd:\t${capabilityHex(bounding)}`,
    `CapAmb:\t${capabilityHex(ambient)}`,
    `NoNewPrivs:\t${gainsNothing ? 1 : 0}`,
    `Seccomp:\t${isFiltered ? 2 : 0}`,
    `Seccomp_filters:\t${isFiltered ? 1 : 0}`,
  ];
}

/** By their numbers. */
export const ALL_PROCESSORS: readonly number[] = Array.from({ length: MACHINE.processors }, (_, number) => number);

/** The processors that a process may run on (sched_getaffinity(2)). */
export function processorsOf({ namespaces: { cgroup } }: Process): readonly number[] {
  return cgroup?.limits.processors ?? ALL_PROCESSORS;
}

function processorLines(process: Process): readonly string[] {
  const processors = processorsOf(process);
  const mask = processors.reduce((bits, number) => bits | (1 << number), 0);
  return [`Cpus_allowed:\t${mask.toString(16)}`, `Cpus_allowed_list:\t${numberList(processors)}`];
}

/** `0-2,5`: as the kernel lists numbers. */
export function numberList(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length;) {
    const first = numbers[i] as number;
    let end = i;
    while (numbers[end + 1] === (numbers[end] as number) + 1) end++;
    parts.push(end === i ? String(first) : `${first}-${numbers[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

function mountLines(mounts: MountNamespace): string {
  return mounts.mounts
    .map((mount) => `${mount.source} ${escaped(mount.path)} ${mount.type} ${mountOptions(mount)} 0 0\n`)
    .join('');
}

function mountInfo(mounts: MountNamespace): string {
  return mounts.mounts
    .map((mount, i) => {
      const { source, path, type, root } = mount;
      const [own, ofFilesystem] = splitOptions(mount);
      return `${i + 20} ${i === 0 ? 1 : 20} 0:${i + 20} ${escaped(root || '/')} ${escaped(path)} ${own} - ${type} ${source} ${ofFilesystem}\n`;
    })
    .join('');
}

/** What is the mount's, and what the filesystem's, whatever mounts show it. */
const MOUNT_FLAGS = new Set(['ro', 'rw', 'nosuid', 'nodev', 'noexec', 'relatime', 'noatime', 'nodiratime']);

function splitOptions(mount: Pick<Mount, 'isReadOnly' | 'options'>): [own: string, ofFilesystem: string] {
  const words = mountOptions(mount).split(',');
  const access = words[0] as string;
  return [
    words.filter((word) => MOUNT_FLAGS.has(word)).join(','),
    [access, ...words.filter((word) => !MOUNT_FLAGS.has(word))].join(','),
  ];
}

function escaped(path: string): string {
  return path.replaceAll(' ', '\\040');
}

function cpuText(number: number): string {
  return `processor\t: ${number}\nvendor_id\t: palimpsest\ncpu family\t: 6\nmodel name\t: Simulated CPU\ncpu MHz\t\t: 1000.000\n\n`;
}

function uuid(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
