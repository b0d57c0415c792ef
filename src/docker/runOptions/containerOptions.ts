import type { CreateContainer } from '../../engine/containerCalls.ts';
import type { ContainerConfig, HealthConfig, HostConfig } from '../../engine/containerConfig.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { LIMIT_KINDS, UNWATCHED_LIMITS } from '../../shell/kernel/resourceLimits.ts';
import { readFile } from '../../shell/kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { ClientError, fileErrorText, textOf } from '../client.ts';
import { FlagValueError, parseGoDuration, quoteGo } from '../commandLine/flagValue.ts';
import { FlagError, type FlagSet } from '../commandLine/flagSet.ts';
import { readEnvironment, readLabels } from './environment.ts';
import { readMount, readVolumes } from './mounts.ts';
import { readPorts } from './ports.ts';
import { readGpuRequest } from './gpuRequest.ts';
import { readBytes, readResources, RESOURCE_FLAGS } from './resources.ts';
import { readRestartPolicy } from './restartPolicy.ts';

/** The flags of `run` and `create` that make the container. */
export const CONTAINER_FLAGS: readonly string[] = [
  ...RESOURCE_FLAGS,
  'add-host',
  'attach',
  'cap-add',
  'cap-drop',
  'cgroup-parent',
  'cgroupns',
  'cidfile',
  'disable-content-trust',
  'dns',
  'dns-option',
  'dns-search',
  'domainname',
  'entrypoint',
  'env',
  'env-file',
  'expose',
  'gpus',
  'group-add',
  'health-cmd',
  'health-interval',
  'health-retries',
  'health-start-period',
  'health-timeout',
  'hostname',
  'init',
  'interactive',
  'ipc',
  'isolation',
  'kernel-memory',
  'label',
  'label-file',
  'link',
  'log-driver',
  'log-opt',
  'mac-address',
  'memory-swappiness',
  'mount',
  'name',
  'net',
  'net-alias',
  'network',
  'network-alias',
  'no-healthcheck',
  'oom-kill-disable',
  'oom-score-adj',
  'pid',
  'platform',
  'privileged',
  'publish',
  'publish-all',
  'pull',
  'quiet',
  'read-only',
  'restart',
  'rm',
  'runtime',
  'security-opt',
  'shm-size',
  'stop-signal',
  'stop-timeout',
  'storage-opt',
  'sysctl',
  'tmpfs',
  'tty',
  'ulimit',
  'user',
  'userns',
  'uts',
  'volume',
  'volume-driver',
  'volumes-from',
  'workdir',
];

/** What the flags and arguments of `run` and `create` ask for, but for the platform. Throws ClientError. */
export async function readContainerOptions(
  process: Process,
  flags: FlagSet,
  [image = '', ...command]: readonly string[],
): Promise<CreateContainer> {
  const attached = flags.list('attach').map((name) => name.toLowerCase());
  const openStdin = flags.isOn('interactive');
  const hasAttach = attached.length > 0;
  const attachStdin = openStdin || attached.includes('stdin');
  const { binds, anonymous } = readVolumes(flags.list('volume'), process.cwd);
  const { exposed, bindings } = readPorts(flags.list('publish'), flags.list('expose'));
  const entrypoint = flags.text('entrypoint');
  const config: Partial<ContainerConfig> = {
    Hostname: flags.text('hostname'),
    Domainname: flags.text('domainname'),
    User: flags.text('user'),
    AttachStdin: attachStdin,
    AttachStdout: !hasAttach || attached.includes('stdout'),
    AttachStderr: !hasAttach || attached.includes('stderr'),
    ...(Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {}),
    Tty: flags.isOn('tty'),
    OpenStdin: openStdin,
    StdinOnce: openStdin && attachStdin,
    Env: await readEnvironment(process, flags.list('env-file'), flags.list('env')),
    Cmd: command.length > 0 ? command : null,
    ...healthOf(flags),
    Image: image,
    Volumes: anonymous.length > 0 ? Object.fromEntries(anonymous.map((path) => [path, {}])) : null,
    WorkingDir: flags.text('workdir'),
    Entrypoint: flags.has('entrypoint') ? [entrypoint] : null,
    Labels: await readLabels(process, flags.list('label-file'), flags.list('label')),
    ...(flags.text('stop-signal') === '' ? {} : { StopSignal: flags.text('stop-signal') }),
    ...(flags.has('stop-timeout') ? { StopTimeout: flags.number('stop-timeout') } : {}),
    ...(flags.text('mac-address') === '' ? {} : { MacAddress: flags.text('mac-address') }),
  };
  requireMacAddress(flags.text('mac-address'));
  const restart = readRestartPolicy(flags.text('restart'));
  if (flags.isOn('rm') && restart.Name !== '' && restart.Name !== 'no') {
    throw new ClientError('conflicting options: cannot specify both --restart and --rm');
  }
  const networks = networksOf(flags);
  const [network = 'default'] = Object.keys(networks);
  return {
    name: flags.text('name'),
    config,
    hostConfig: {
      ...hostConfigOf(flags),
      SecurityOpt: await securityOptions(process, flags),
      Binds: binds.length > 0 ? binds : null,
      PortBindings: bindings,
      RestartPolicy: restart,
      NetworkMode: network,
      ...(flags.has('mount') ? { Mounts: readEach(flags, 'mount', (text) => readMount(text, process.cwd)) } : {}),
    },
    networks,
  };
}

/** Each value of a flag that has fields. Throws FlagError: the client reads them while it reads the flags. */
function readEach<T>(flags: FlagSet, flag: 'gpus' | 'mount', read: (text: string) => T): T[] {
  return flags.list(flag).map((text) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof FlagValueError)) throw error;
      throw new FlagError(`invalid argument ${quoteGo(text)} for "--${flag}" flag: ${error.message}`);
    }
  });
}

export function hostConfigOf(flags: FlagSet): Partial<HostConfig> {
  const list = (name: string) => (flags.has(name) ? flags.list(name) : null);
  return {
    ContainerIDFile: flags.text('cidfile'),
    LogConfig: { Type: flags.text('log-driver'), Config: pairs(flags.list('log-opt')) },
    AutoRemove: flags.isOn('rm'),
    VolumeDriver: flags.text('volume-driver'),
    VolumesFrom: list('volumes-from'),
    CapAdd: list('cap-add'),
    CapDrop: list('cap-drop'),
    Dns: flags.list('dns'),
    DnsOptions: flags.list('dns-option'),
    DnsSearch: flags.list('dns-search'),
    ExtraHosts: list('add-host'),
    GroupAdd: list('group-add'),
    ...(flags.has('gpus') && { DeviceRequests: readEach(flags, 'gpus', readGpuRequest) }),
    CgroupnsMode: modeOf(flags, 'cgroupns'),
    IpcMode: flags.text('ipc'),
    Links: list('link'),
    OomScoreAdj: flags.number('oom-score-adj'),
    PidMode: modeOf(flags, 'pid'),
    Privileged: flags.isOn('privileged'),
    PublishAllPorts: flags.isOn('publish-all'),
    ReadonlyRootfs: flags.isOn('read-only'),
    ...(flags.has('tmpfs') ? { Tmpfs: pairs(flags.list('tmpfs'), ':') } : {}),
    UTSMode: modeOf(flags, 'uts'),
    UsernsMode: modeOf(flags, 'userns'),
    ShmSize: readBytes(flags, 'shm-size'),
    ...(flags.has('sysctl') ? { Sysctls: pairs(flags.list('sysctl')) } : {}),
    Runtime: flags.text('runtime') || 'runc',
    Isolation: flags.text('isolation'),
    ...readResources(flags, 'all'),
    CgroupParent: flags.text('cgroup-parent'),
    KernelMemory: readBytes(flags, 'kernel-memory'),
    MemorySwappiness: swappinessOf(flags),
    OomKillDisable: flags.isOn('oom-kill-disable'),
    ...(flags.has('storage-opt') ? { StorageOpt: pairs(flags.list('storage-opt')) } : {}),
    Ulimits: flags.list('ulimit').map(readUlimit),
    ...(flags.has('init') ? { Init: flags.isOn('init') } : {}),
  };
}

/** Modes of namespaces that hold nothing but `host`, a cgroup's of its own, or another container's of processes; '' is
 *  what the daemon usually has. */
function modeOf(flags: FlagSet, name: keyof typeof MODE_NAMES): string {
  const mode = flags.text(name);
  const isFit =
    mode === '' ||
    mode === 'host' ||
    (name === 'cgroupns' && mode === 'private') ||
    (name === 'pid' && /^container:./.test(mode));
  if (!isFit) throw new ClientError(`--${name}: invalid ${MODE_NAMES[name]} mode`);
  return mode;
}

/** Null: not set. */
function swappinessOf(flags: FlagSet): number | null {
  if (!flags.has('memory-swappiness')) return null;
  const value = flags.number('memory-swappiness');
  if (value < -1 || value > 100)
    throw new ClientError(`invalid value: ${value}. Valid memory swappiness range is 0-100`);
  return value;
}

const MODE_NAMES = { cgroupns: 'CGROUP', pid: 'PID', uts: 'UTS', userns: 'USER' } as const;

/** `KEY=VALUE` or `KEY:VALUE` (docker/cli opts.go, parseSecurityOpts). */
async function securityOptions(process: Process, flags: FlagSet): Promise<readonly string[] | null> {
  if (!flags.has('security-opt')) return null;
  const options = flags.list('security-opt').map((option) => {
    const isPair = /[=:]/.test(option);
    if (!isPair && option !== 'no-new-privileges') throw new ClientError(`Invalid --security-opt: ${quoteGo(option)}`);
    return option;
  });
  return Promise.all(options.map((option) => withProfile(process, option)));
}

/** A seccomp profile goes along as JSON on one line. */
async function withProfile(process: Process, option: string): Promise<string> {
  const path = /^seccomp[=:](.+)$/.exec(option)?.[1];
  if (path === undefined || path === 'unconfined' || path === 'builtin') return option;
  try {
    const profile: unknown = JSON.parse(textOf(await readFile(process, path, MAX_PROFILE_BYTES)));
    return `seccomp=${JSON.stringify(profile)}`;
  } catch (error) {
    if (error instanceof VfsError)
      throw new ClientError(`opening seccomp profile (${path}) failed: ${fileErrorText(error, 'open')}`);
    if (error instanceof SyntaxError) throw new ClientError(`compacting json for seccomp profile (${path}) failed`);
    throw error;
  }
}

/** 6, 8 or 20 bytes, in the forms that Go's net.ParseMAC takes. */
function requireMacAddress(text: string): void {
  const bytes = [6, 8, 20].some((count) => {
    const pairs = (mark: string) => new RegExp(`^[0-9a-fA-F]{2}(?:${mark}[0-9a-fA-F]{2}){${count - 1}}$`);
    const quads = new RegExp(`^[0-9a-fA-F]{4}(?:\\.[0-9a-fA-F]{4}){${count / 2 - 1}}$`);
    return pairs(':').test(text) || pairs('-').test(text) || quads.test(text);
  });
  if (text !== '' && !bytes) throw new ClientError(`${text} is not a valid mac address`);
}

const MAX_PROFILE_BYTES = 1 << 20;

function pairs(texts: readonly string[], separator = '='): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf(separator);
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function readUlimit(text: string): { Name: string; Hard: number; Soft: number } {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw new ClientError(`invalid ulimit argument: ${text}`);
  const name = match[1] as string;
  const soft = Number(match[2]);
  const known = LIMIT_KINDS.find((kind) => kind.name === name && UNWATCHED_LIMITS.includes(kind.letter));
  const usual = known?.soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(known?.soft) * (known?.unitBytes ?? 1);
  if (known && soft >= 0 && soft < usual) throw new ClientError(`lowering '--ulimit ${name}' is not simulated`);
  return { Name: name, Soft: soft, Hard: match[3] === undefined ? soft : Number(match[3]) };
}

const HEALTH_FLAGS = ['health-cmd', 'health-interval', 'health-timeout', 'health-start-period', 'health-retries'];

function healthOf(flags: FlagSet): { Healthcheck?: HealthConfig } {
  const isSet = HEALTH_FLAGS.some((name) => !['', '0', '0s'].includes(flags.text(name)));
  if (flags.isOn('no-healthcheck')) {
    if (isSet) throw new ClientError('--no-healthcheck conflicts with --health-* options');
    return { Healthcheck: { Test: ['NONE'] } };
  }
  if (!isSet) return {};
  const duration = (name: string) => {
    const ns = parseGoDuration(flags.text(name) || '0') ?? 0;
    if (ns < 0) throw new ClientError(`--${name} cannot be negative`);
    return ns;
  };
  const retries = flags.number('health-retries');
  if (retries < 0) throw new ClientError('--health-retries cannot be negative');
  const command = flags.text('health-cmd');
  return {
    Healthcheck: {
      ...(command === '' ? {} : { Test: ['CMD-SHELL', command] }),
      Interval: duration('health-interval'),
      Timeout: duration('health-timeout'),
      StartPeriod: duration('health-start-period'),
      Retries: retries,
    },
  };
}

function networksOf(flags: FlagSet): Record<string, { Aliases?: readonly string[] }> {
  const given = [...flags.list('network'), ...flags.list('net')];
  const aliases = [...flags.list('network-alias'), ...flags.list('net-alias')];
  const names = given.length > 0 ? given : ['default'];
  if (aliases.length > 0 && !isUserDefined(names[0] as string))
    throw new ClientError('network-scoped aliases are only supported for user-defined networks');
  return Object.fromEntries(names.map((name, i) => [name, i === 0 && aliases.length > 0 ? { Aliases: aliases } : {}]));
}

function isUserDefined(network: string): boolean {
  return !['default', 'bridge', 'host', 'none', 'nat'].includes(network) && !network.startsWith('container:');
}
