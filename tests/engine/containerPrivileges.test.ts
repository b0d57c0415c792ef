import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostConfig } from '../../src/engine/containerConfig.ts';
import {
  capabilitiesOf,
  containerCredentials,
  DEFAULT_CAPABILITIES,
  securityOptionsOf,
} from '../../src/engine/containerPrivileges.ts';
import { cgroupLimitsOf, numbersIn } from '../../src/engine/containerLimits.ts';
import { withDefaults } from '../../src/engine/hostConfigDefaults.ts';
import { capabilityHex } from '../../src/shell/kernel/capabilities.ts';
import { numberList } from '../../src/shell/kernel/procfs.ts';
import { ROOT } from '../../src/vfs/overlay/permission.ts';

// CapBnd in /proc/self/status of containers of dockerd 20.10.24; its host lacked SYS_RESOURCE, which is added here.
const BOUNDING: readonly (readonly [asked: Partial<HostConfig>, hex: string])[] = [
  [{}, '00000000a80425fb'],
  [{ CapDrop: ['chown'] }, '00000000a80425fa'],
  [{ CapDrop: ['ALL'] }, '0000000000000000'],
  [{ CapDrop: ['ALL'], CapAdd: ['CHOWN', 'net_raw'] }, '0000000000002001'],
  [{ CapAdd: ['SYS_TIME'] }, '00000000aa0425fb'],
  [{ CapAdd: ['ALL'] }, '0000003fffffffff'],
  [{ CapAdd: ['ALL'], CapDrop: ['SYS_ADMIN'] }, '0000003fffdfffff'],
  [{ CapAdd: ['ALL'], CapDrop: ['ALL'] }, '0000003fffffffff'],
  [{ Privileged: true, CapDrop: ['ALL'] }, '0000003fffffffff'],
];

describe('capabilities of a container', () => {
  it.each(BOUNDING)('%j', (asked, hex) => {
    expect(capabilityHex(capabilitiesOf('20.10', withDefaults(asked)))).toBe(hex);
  });

  it('an engine of today knows those of Linux 5.9', () => {
    expect(capabilityHex(capabilitiesOf('26', withDefaults({ Privileged: true })))).toBe('000001ffffffffff');
  });

  it('only root has them at once; exec --privileged gives all', () => {
    const user = { ...ROOT, uid: 1000 };
    const host = withDefaults({});
    expect(containerCredentials('20.10', host, ROOT).privileges).toMatchObject({
      effective: DEFAULT_CAPABILITIES,
      bounding: DEFAULT_CAPABILITIES,
      inheritable: 0n,
    });
    expect(containerCredentials('20.10', host, user)).toMatchObject({
      capabilities: 0,
      privileges: { effective: 0n, permitted: 0n, bounding: DEFAULT_CAPABILITIES },
    });
    const privileged = containerCredentials('20.10', host, user, { isPrivileged: true });
    expect(capabilityHex(privileged.privileges?.bounding ?? 0n)).toBe('0000003fffffffff');
  });

  it.each([
    [['no-new-privileges'], 'nothing', 'filtered'],
    [['no-new-privileges:true'], 'nothing', 'filtered'],
    [['no-new-privileges=false', 'seccomp=unconfined'], 'whatItCan', 'unconfined'],
    [['label=disable', 'apparmor:unconfined'], 'whatItCan', 'filtered'],
  ])('--security-opt %j', (SecurityOpt, gains, seccomp) => {
    expect(securityOptionsOf(withDefaults({ SecurityOpt }))).toEqual({ gains, seccomp });
  });
});

describe('limits of a container', () => {
  it.each([
    [{ Memory: 20 << 20 }, { memoryBytes: 20 << 20, swapBytes: 20 << 20 }],
    [
      { Memory: 20 << 20, MemorySwap: -1 },
      { memoryBytes: 20 << 20, swapBytes: undefined },
    ],
    [{ NanoCpus: 1.5e9 }, { quotaUs: 150_000, periodUs: 100_000 }],
    [
      { CpuQuota: 20_000, CpuPeriod: 50_000 },
      { quotaUs: 20_000, periodUs: 50_000 },
    ],
    [{ CpuShares: 1024 }, { weight: 39 }],
    [{ CpuShares: 2 }, { weight: 1 }],
    [{ CpuShares: 262_144 }, { weight: 10_000 }],
    [{ PidsLimit: -5 }, { processes: undefined }],
    [{ PidsLimit: 7 }, { processes: 7 }],
    [{ CpusetCpus: '0-1' }, { processors: [0, 1] }],
    [{ BlkioWeight: 1000 }, { ioWeight: 10_000 }],
  ] as const)('%j is %j', (asked, limits) => {
    expect(cgroupLimitsOf(withDefaults(asked))).toMatchObject(limits);
  });

  it('lists of numbers are read as they are written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(4000), { minLength: 1, maxLength: 40 }), (numbers) => {
        const sorted = numbers.sort((a, b) => a - b);
        expect(numbersIn(numberList(sorted))).toEqual(sorted);
      }),
    );
  });

  it.each(['', 'x', '1-', '3-1', '0-99999', '1,,2', '-1'])('%j is no list', (text) => {
    expect(numbersIn(text)).toBeUndefined();
  });
});
