import { VfsError } from '../../vfs/vfsError.ts';

/** Sets of capabilities as bits, by their number (linux/capability.h): more than a number's bitwise operators hold. */
export type CapabilitySet = bigint;

/** In the order of their numbers, without `CAP_` (capabilities(7)). */
export const CAPABILITY_NAMES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

export const NO_CAPABILITIES: CapabilitySet = 0n;
export const ALL_CAPABILITIES: CapabilitySet = (1n << BigInt(CAPABILITY_NAMES.length)) - 1n;

const NUMBERS: ReadonlyMap<string, number> = new Map(CAPABILITY_NAMES.map((name, number) => [name, number]));

/** The number of a name, with or without `CAP_`, in any case. */
export function capabilityNumber(name: string): number | undefined {
  return NUMBERS.get(name.toUpperCase().replace(/^CAP_/, ''));
}

export function capabilitySet(...names: readonly CapabilityName[]): CapabilitySet {
  return names.reduce((set, name) => set | bitOf(name), NO_CAPABILITIES);
}

export function bitOf(name: CapabilityName): CapabilitySet {
  return 1n << BigInt(NUMBERS.get(name) as number);
}

/** Those of a set, in the order of their numbers. */
export function namesIn(set: CapabilitySet): readonly CapabilityName[] {
  return CAPABILITY_NAMES.filter((_, number) => (set & (1n << BigInt(number))) !== 0n);
}

/** 16 hex digits, as in /proc/PID/status. */
export function capabilityHex(set: CapabilitySet): string {
  return set.toString(16).padStart(16, '0');
}

/** What an executable brings along (`security.capability`). */
export interface FileCapabilities {
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  /** All that is permitted becomes effective at once. */
  readonly isEffective: boolean;
}

/** struct vfs_cap_data (linux/capability.h): little-endian magic_etc, then permitted and inheritable per 32. */
const REVISION_1 = 0x01000000;
const REVISION_2 = 0x02000000;
const REVISION_3 = 0x03000000;
const REVISION_MASK = 0xff000000;
const EFFECTIVE = 1;

/** Undefined for bytes that the kernel does not take for capabilities. */
export function decodeFileCapabilities(bytes: Uint8Array): FileCapabilities | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  const revision = (magic & REVISION_MASK) >>> 0;
  const sizes: Readonly<Record<number, number>> = { [REVISION_1]: 12, [REVISION_2]: 20, [REVISION_3]: 24 };
  if (sizes[revision] !== bytes.length) return undefined;
  let permitted = 0n;
  let inheritable = 0n;
  for (let word = 0; word < (revision === REVISION_1 ? 1 : 2); word++) {
    permitted |= BigInt(view.getUint32(4 + 8 * word, true)) << BigInt(32 * word);
    inheritable |= BigInt(view.getUint32(8 + 8 * word, true)) << BigInt(32 * word);
  }
  return { permitted, inheritable, isEffective: (magic & EFFECTIVE) !== 0 };
}

/** Revision 2, as setcap(8) writes it. */
export function encodeFileCapabilities({ permitted, inheritable, isEffective }: FileCapabilities): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, REVISION_2 | (isEffective ? EFFECTIVE : 0), true);
  for (let word = 0; word < 2; word++) {
    view.setUint32(4 + 8 * word, Number(BigInt.asUintN(32, permitted >> BigInt(32 * word))), true);
    view.setUint32(8 + 8 * word, Number(BigInt.asUintN(32, inheritable >> BigInt(32 * word))), true);
  }
  return bytes;
}

/** The refusal of a call that wants a capability. */
export function notPermitted(syscall: string, path = ''): VfsError {
  return new VfsError('EPERM', syscall, path);
}
