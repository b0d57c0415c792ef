import type { HostConfig } from '../../engine/containerConfig.ts';
import { parseBinarySize } from '../commandLine/flagValue.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';

type Reader = (flags: FlagSet, flag: string) => number | string;

/** What a container may use: a flag, the field that it sets, and how it is read. */
const RESOURCES: readonly (readonly [flag: string, field: keyof HostConfig, read: Reader])[] = [
  ['blkio-weight', 'BlkioWeight', readNumber],
  ['cpu-period', 'CpuPeriod', readNumber],
  ['cpu-quota', 'CpuQuota', readNumber],
  ['cpu-shares', 'CpuShares', readNumber],
  ['cpus', 'NanoCpus', readBillionths],
  ['cpuset-cpus', 'CpusetCpus', readText],
  ['cpuset-mems', 'CpusetMems', readText],
  ['memory', 'Memory', readBytes],
  ['memory-reservation', 'MemoryReservation', readBytes],
  ['memory-swap', 'MemorySwap', readBytes],
  ['pids-limit', 'PidsLimit', readNumber],
];

/** Of `run`, `create` and `update`. */
export const RESOURCE_FLAGS: readonly string[] = RESOURCES.map(([flag]) => flag);

/** What the flags say of all resources, or of those that they name. */
export function readResources(flags: FlagSet, which: 'all' | 'given'): Partial<HostConfig> {
  const read = RESOURCES.filter(([flag]) => which === 'all' || flags.has(flag));
  return Object.fromEntries(read.map(([flag, field, reader]) => [field, reader(flags, flag)]));
}

/** -1 stands for no limit. */
export function readBytes(flags: FlagSet, flag: string): number {
  const text = flags.text(flag);
  return text === '-1' ? -1 : (parseBinarySize(text || '0') ?? 0);
}

function readNumber(flags: FlagSet, flag: string): number {
  return flags.number(flag);
}

function readText(flags: FlagSet, flag: string): string {
  return flags.text(flag);
}

function readBillionths(flags: FlagSet, flag: string): number {
  return Math.round(Number(flags.text(flag) || '0') * 1e9);
}
