import type { CgroupLimits } from '../shell/kernel/cgroup.ts';
import { LIMIT_KINDS } from '../shell/kernel/resourceLimits.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { HostConfig } from './containerConfig.ts';

const DEFAULT_PERIOD_US = 100_000;
/** Of cgroup v1 and v2 (runc libcontainer/cgroups, ConvertCPUSharesToCgroupV2Value). */
const SHARES = { least: 2, most: 262_144 };
const WEIGHT = { least: 1, most: 10_000 };

/** What a container's control group holds to (runc, for cgroup v2). */
export function cgroupLimitsOf(host: HostConfig): CgroupLimits {
  const { Memory: memory, MemorySwap: swap, MemoryReservation: reserved, PidsLimit: processes } = host;
  const cores = host.NanoCpus / 1e9;
  const periodUs = host.CpuPeriod || DEFAULT_PERIOD_US;
  return {
    memoryBytes: memory > 0 ? memory : undefined,
    swapBytes: memory > 0 && swap !== -1 ? Math.max(0, swap - memory) : undefined,
    reservedBytes: reserved > 0 ? reserved : undefined,
    processes: processes !== null && processes > 0 ? processes : undefined,
    processors: host.CpusetCpus === '' ? undefined : numbersIn(host.CpusetCpus),
    quotaUs: cores > 0 ? Math.round(cores * periodUs) : host.CpuQuota > 0 ? host.CpuQuota : undefined,
    periodUs,
    weight: host.CpuShares > 0 ? weightOf(host.CpuShares) : undefined,
    ioWeight: host.BlkioWeight > 0 ? 1 + Math.floor(((host.BlkioWeight - 10) * 9999) / 990) : undefined,
  };
}

function weightOf(shares: number): number {
  const bounded = Math.min(Math.max(shares, SHARES.least), SHARES.most);
  return 1 + Math.floor(((bounded - SHARES.least) * (WEIGHT.most - WEIGHT.least)) / (SHARES.most - SHARES.least));
}

/** As many numbers a list of processors may have. */
const MOST_NUMBERS = 8192;

/** `0-2,5`: sorted. Undefined for what is no such list (moby pkg/parsers, ParseUintList). */
export function numbersIn(list: string): readonly number[] | undefined {
  const numbers = new Set<number>();
  for (const part of list.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first || last >= MOST_NUMBERS) return undefined;
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** `--ulimit`, for a process and those that it starts. */
export function setLimits(process: Process, limits: NonNullable<HostConfig['Ulimits']>): void {
  for (const { Name: name, Soft: soft, Hard: hard } of limits) {
    const known = LIMIT_KINDS.find((one) => one.name === name);
    if (!known) continue;
    const shown = (value: number) => (value < 0 ? 'unlimited' : String(Math.floor(value / known.unitBytes)));
    process.limits.set(known.letter, { soft: shown(soft), hard: shown(hard) });
  }
}
