import {
  ALL_CAPABILITIES,
  type CapabilityName,
  capabilityNumber,
  type CapabilitySet,
  capabilitySet,
  NO_CAPABILITIES,
} from '../shell/kernel/capabilities.ts';
import { type ProcessCredentials, withPrivileges } from '../shell/kernel/processCredentials.ts';
import type { Credentials } from '../vfs/overlay/permission.ts';
import type { HostConfig } from './containerConfig.ts';
import { goBoolean } from './goBoolean.ts';
import { other } from './messages.ts';
import type { EngineVintage } from './systemCalls.ts';

/** Of who asks for nothing else (moby oci/caps/defaults.go; BuildKit gives a RUN the same). */
export const DEFAULT_CAPABILITIES: CapabilitySet = capabilitySet(
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
);

/** Those of Linux 5.8 and 5.9, which an engine of 20.10 has not heard of. */
const UNKNOWN_IN_20_10: readonly CapabilityName[] = ['PERFMON', 'BPF', 'CHECKPOINT_RESTORE'];

export function knownCapabilities(vintage: EngineVintage): CapabilitySet {
  return vintage === '20.10' ? ALL_CAPABILITIES & ~capabilitySet(...UNKNOWN_IN_20_10) : ALL_CAPABILITIES;
}

/** moby oci/caps, TweakCapabilities. */
export function capabilitiesOf(vintage: EngineVintage, { Privileged, CapAdd, CapDrop }: HostConfig): CapabilitySet {
  const all = knownCapabilities(vintage);
  const added = CapAdd ?? [];
  const dropped = CapDrop ?? [];
  if (Privileged) return all;
  if (added.includes('ALL')) return all & ~capabilitiesNamed(dropped);
  if (dropped.includes('ALL')) return capabilitiesNamed(added);
  return (DEFAULT_CAPABILITIES & ~capabilitiesNamed(dropped)) | capabilitiesNamed(added);
}

/** Those of a list, with or without `CAP_`, in any case; what is none is left out. */
export function capabilitiesNamed(names: readonly string[]): CapabilitySet {
  let set = NO_CAPABILITIES;
  for (const name of names) {
    const number = capabilityNumber(name);
    if (number !== undefined) set |= 1n << BigInt(number);
  }
  return set;
}

/** What a process of the engine begins with: only root has its capabilities at once (moby daemon, oci_linux.go,
 *  setCapabilities). */
export function bounded(
  credentials: Credentials,
  bounding: CapabilitySet,
  gains: 'whatItCan' | 'nothing' = 'whatItCan',
): ProcessCredentials {
  const own = credentials.uid === 0 ? bounding : NO_CAPABILITIES;
  return withPrivileges(credentials, {
    effective: own,
    permitted: own,
    inheritable: NO_CAPABILITIES,
    bounding,
    ambient: NO_CAPABILITIES,
    gainsNothing: gains === 'nothing',
  });
}

export interface SecurityOptions {
  /** `no-new-privileges`. */
  readonly gains: 'whatItCan' | 'nothing';
  /** Which calls are filtered: all that the profile does not allow, or none. */
  readonly seccomp: 'filtered' | 'unconfined';
}

/** moby daemon/daemon_unix.go, parseSecurityOpt. Throws EngineError. */
export function securityOptionsOf({ SecurityOpt: options, Privileged }: HostConfig): SecurityOptions {
  let gains: SecurityOptions['gains'] = 'whatItCan';
  let seccomp: SecurityOptions['seccomp'] = Privileged ? 'unconfined' : 'filtered';
  for (const option of options ?? []) {
    if (option === 'no-new-privileges') {
      gains = 'nothing';
      continue;
    }
    if (option === 'disable') continue;
    const match = /^([^=:]*)[=:](.*)$/s.exec(option);
    if (!match) throw other('invalidParameter', `invalid --security-opt 1: ${JSON.stringify(option)}`);
    const [, name, value = ''] = match;
    if (name === 'no-new-privileges') {
      const isAsked = goBoolean(value);
      if (isAsked === undefined) throw invalidOption(option);
      gains = isAsked ? 'nothing' : 'whatItCan';
    } else if (name === 'seccomp') seccomp = value === 'unconfined' ? 'unconfined' : 'filtered';
    else if (name !== 'label' && name !== 'apparmor') throw invalidOption(option);
  }
  return { gains, seccomp };
}

function invalidOption(option: string): Error {
  return other('invalidParameter', `invalid --security-opt 2: ${JSON.stringify(option)}`);
}

/** Who a container's first process is, or one of `docker exec`: with `--privileged` that one has all. */
export function containerCredentials(
  vintage: EngineVintage,
  host: HostConfig,
  credentials: Credentials,
  exec: { readonly isPrivileged: boolean } = { isPrivileged: false },
): ProcessCredentials {
  const set = exec.isPrivileged ? knownCapabilities(vintage) : capabilitiesOf(vintage, host);
  return bounded(credentials, set, securityOptionsOf(host).gains);
}
