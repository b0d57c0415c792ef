/** `security.capability` as `getcap` writes it (linux/capability.h, struct vfs_ns_cap_data: little-endian
 *  magic_etc, then permitted and inheritable per 32 capabilities, then in revision 3 the root's uid). */

const NAMES =
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'.split(
    ' ',
  );

const EFFECTIVE = 0x000001;

/** For example `cap_net_raw=ep`; undefined when the bytes are no such value. */
export function decodeCapability(value: Uint8Array): string | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < 4) return undefined;
  const magic = view.getUint32(0, true);
  const revision = magic >>> 24;
  const words = revision === 1 ? 1 : 2;
  const expectedBytes = 4 + words * 8 + (revision === 3 ? 4 : 0);
  if (revision < 1 || revision > 3 || value.length !== expectedBytes) return undefined;

  const groups = new Map<string, string[]>();
  for (let bit = 0; bit < words * 32; bit++) {
    const word = 4 + (bit >> 5) * 8;
    const mask = 1 << (bit & 31);
    const permitted = (view.getUint32(word, true) & mask) !== 0;
    const inheritable = (view.getUint32(word + 4, true) & mask) !== 0;
    if (!permitted && !inheritable) continue;
    const letters = `${(magic & EFFECTIVE) !== 0 ? 'e' : ''}${inheritable ? 'i' : ''}${permitted ? 'p' : ''}`;
    const name = `cap_${NAMES[bit] ?? bit}`;
    groups.set(letters, [...(groups.get(letters) ?? []), name]);
  }
  const text = [...groups].map(([letters, names]) => `${names.join(',')}=${letters}`).join(' ') || '=';
  return revision === 3 ? `${text} [rootid=${view.getUint32(4 + words * 8, true)}]` : text;
}

/** An xattr's value for people: capabilities decoded, text as text, everything else in hex. */
export function describeXattr(name: string, value: Uint8Array): string {
  const capability = name === 'security.capability' ? decodeCapability(value) : undefined;
  if (capability !== undefined) return capability;
  const text = printableText(value);
  return text ?? hexText(value);
}

function printableText(value: Uint8Array): string | undefined {
  const end = value.length > 1 && value.at(-1) === 0 ? value.length - 1 : value.length;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(value.subarray(0, end));
    return /[\u0000-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const MAX_SHOWN_BYTES = 256;

function hexText(value: Uint8Array): string {
  const shown = [...value.subarray(0, MAX_SHOWN_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `0x${shown}${value.length > MAX_SHOWN_BYTES ? '…' : ''}`;
}
