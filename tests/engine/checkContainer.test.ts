import { describe, expect, it } from 'vitest';
import { checkLogConfig, checkSettings } from '../../src/engine/checkContainer.ts';
import { type ContainerConfig, EMPTY_CONFIG, type HostConfig } from '../../src/engine/containerConfig.ts';
import { NO_FILTERS, wordFilter } from '../../src/engine/filters.ts';
import { withDefaults } from '../../src/engine/hostConfigDefaults.ts';

type Refused = readonly [given: Partial<ContainerConfig>, host: Partial<HostConfig>, message: string];

// As dockerd 20.10.24 told them.
const REFUSED: readonly Refused[] = [
  [{ StopSignal: 'SIGNOSUCH' }, {}, 'Invalid signal: SIGNOSUCH'],
  [{ WorkingDir: 'rel' }, {}, "the working directory 'rel' is invalid, it needs to be an absolute path"],
  [{ Env: ['=x'] }, {}, 'invalid environment variable: =x'],
  [{}, { Isolation: 'hyperv' }, `Invalid isolation: "hyperv" - linux only supports 'default'`],
  [{}, { CapAdd: ['nosuch'] }, 'invalid CapAdd: unknown capability: "CAP_NOSUCH"'],
  [{}, { CapDrop: ['CAP_X'] }, 'invalid CapDrop: unknown capability: "CAP_X"'],
  [{}, { CapAdd: ['BPF'] }, 'invalid CapAdd: unknown capability: "CAP_BPF"'],
  [{}, { SecurityOpt: ['foo=bar'] }, 'invalid --security-opt 2: "foo=bar"'],
  [{}, { SecurityOpt: ['no-new-privileges=maybe'] }, 'invalid --security-opt 2: "no-new-privileges=maybe"'],
  [{}, { Memory: 1024 }, 'Minimum memory limit allowed is 6MB'],
  [{}, { MemoryReservation: 1 << 20 }, 'Minimum memory reservation allowed is 6MB'],
  [
    {},
    { Memory: 50 << 20, MemoryReservation: 60 << 20 },
    'Minimum memory limit can not be less than memory reservation limit, see usage',
  ],
  [{}, { CpuQuota: 500 }, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
  [{}, { CpuPeriod: 10 }, 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)'],
  [{}, { NanoCpus: 1e9, CpuQuota: 50_000 }, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
  [{}, { NanoCpus: 1e9, CpuPeriod: 50_000 }, 'Conflicting options: Nano CPUs and CPU Period cannot both be set'],
  [{}, { CpusetCpus: '9' }, 'Requested CPUs are not available - requested 9, available: 0-1'],
  [{}, { CpusetCpus: 'x' }, 'Invalid value x for cpuset cpus: invalid format: x'],
  [{}, { CpusetMems: '5' }, 'Requested memory nodes are not available - requested 5, available: 0'],
  [{}, { BlkioWeight: 5 }, 'Range of blkio weight is from 10 to 1000'],
  [
    {},
    { StorageOpt: { size: '1G' } },
    "--storage-opt is supported only for overlay over xfs with 'pquota' mount option",
  ],
  [{}, { Runtime: 'nosuch' }, 'Unknown runtime specified nosuch'],
  [
    {},
    { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } },
    "maximum retry count cannot be used with restart policy 'always'",
  ],
  [{}, { RestartPolicy: { Name: 'sometimes' as 'no', MaximumRetryCount: 0 } }, "invalid restart policy 'sometimes'"],
  [
    {},
    { AutoRemove: true, RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
    "can't create 'AutoRemove' container with restart policy",
  ],
];

describe('what a daemon refuses of a new container', () => {
  it.each(REFUSED)('%j %j', (config, host, message) => {
    expect(() => checkSettings({ ...EMPTY_CONFIG, ...config }, withDefaults(host), '20.10')).toThrow(message);
  });

  it('takes what is fit', () => {
    const host = withDefaults({
      CapAdd: ['sys_admin', 'ALL', 'CAP_CHOWN'],
      Memory: 64 << 20,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
      LogConfig: { Type: '', Config: { 'max-size': '1k' } },
    });
    expect(() => checkSettings({ ...EMPTY_CONFIG, StopSignal: 'SIGINT' }, host, '20.10')).not.toThrow();
    expect(() => checkLogConfig(host.LogConfig)).not.toThrow();
    expect(host).toMatchObject({
      CapAdd: ['CAP_SYS_ADMIN', 'ALL', 'CAP_CHOWN'],
      MemorySwap: 128 << 20,
      Runtime: 'runc',
    });
  });

  it.each([
    [{ Type: 'nosuch', Config: {} }, 'error looking up logging plugin nosuch: plugin "nosuch" not found'],
    [{ Type: 'json-file', Config: { nosuch: '1' } }, "unknown log opt 'nosuch' for json-file log driver"],
  ])('a log of %j', (config, message) => {
    expect(() => checkLogConfig(config)).toThrow(message);
  });

  it('filters that took words alone in 20.10', () => {
    const filters = new Map([['dangling', ['1']]]);
    expect(() => wordFilter(filters, 'dangling', '20.10')).toThrow("Invalid filter 'dangling=[1]'");
    expect(wordFilter(filters, 'dangling', '26')).toBe(true);
    expect(wordFilter(new Map([['dangling', ['false']]]), 'dangling', '20.10')).toBe(false);
    expect(wordFilter(NO_FILTERS, 'dangling', '20.10')).toBeUndefined();
  });
});
