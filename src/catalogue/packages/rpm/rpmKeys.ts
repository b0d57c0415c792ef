import { decodeName } from '../../../bytes/byteName.ts';
import { toHex } from '../../../bytes/hex.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { RpmInstalled } from './rpmDatabase.ts';
import type { RpmRelease } from './rpmRelease.ts';

export const KEY_PACKAGE = 'gpg-pubkey';
/** Of a key file, at most; the largest of distributions have some KB. */
const MAX_KEY_BYTES = 1024 * 1024;
const PUBLIC_KEY = 6;
const USER_ID = 13;

export interface RpmKey {
  /** The last eight hex digits of the fingerprint, and when it was made, in hex: version and release of its entry. */
  readonly id: string;
  readonly created: string;
  readonly user: string;
}

/** The entry that stands for an imported key. */
export function keyEntry({ id, created, user }: RpmKey, installedSec: number): RpmInstalled {
  return {
    name: KEY_PACKAGE,
    version: id.toLowerCase(),
    release: created,
    architecture: '',
    sizeBytes: 0,
    license: 'pubkey',
    source: '',
    summary: `gpg(${user})`,
    installedSec,
    from: 'installed',
    requires: [],
    paths: [],
  };
}

/** The key in a file; the distribution's own by its place, for that file stands in. Text is a fault. */
export async function readKey(process: Process, release: RpmRelease, path: string): Promise<RpmKey | string> {
  if (/^\w+:\/\//.test(path)) return `${path}: keys of addresses are not simulated: no network was asked`;
  const own = path === release.key.path;
  try {
    const { sizeBytes } = calls.stat(process, path);
    if (own) return release.key;
    if (sizeBytes > MAX_KEY_BYTES) return `${path}: key 1 not an armored public key.`;
    const packets = armored(decodeName(await calls.readFile(process, path)));
    return (packets && (await keyOf(packets))) ?? `${path}: key 1 not an armored public key.`;
  } catch (error) {
    if (error instanceof VfsError) return `${path}: import read failed(2).`;
    throw error;
  }
}

/** Bytes in the armour of RFC 4880, section 6.2. */
function armored(text: string): Uint8Array | undefined {
  const [, body] =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/.exec(
      text,
    ) ?? [];
  const base64 = body?.replace(/^=.*$/m, '').replace(/\s+/g, '');
  if (base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined;
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Of the first key, version 4 (RFC 4880, sections 5.5.2 and 12.2). */
async function keyOf(bytes: Uint8Array): Promise<RpmKey | undefined> {
  let key: Uint8Array<ArrayBuffer> | undefined;
  for (const { tag, body } of packetsOf(bytes)) {
    if (tag === PUBLIC_KEY && !key) key = Uint8Array.from(body);
    if (!key || tag !== USER_ID) continue;
    if (key[0] !== 4 || key.length < 6) return undefined;
    const head = Uint8Array.of(0x99, key.length >> 8, key.length & 0xff);
    const hashed = new Uint8Array(head.length + key.length);
    hashed.set(head);
    hashed.set(key, head.length);
    const fingerprint = toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', hashed)));
    return { id: fingerprint.slice(-8), created: toHex(key.subarray(1, 5)), user: decodeName(body) };
  }
  return undefined;
}

/** Packets of both forms of header (RFC 4880, section 4.2). Stops at what is cut short. */
function* packetsOf(bytes: Uint8Array): Generator<{ readonly tag: number; readonly body: Uint8Array }> {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const head = bytes[at] as number;
    const isNew = (head & 0x40) !== 0;
    const tag = isNew ? head & 0x3f : (head >> 2) & 0x0f;
    const first = bytes[at + 1] as number;
    let width: number;
    let size: number;
    if (isNew) {
      width = first < 192 ? 1 : first < 224 ? 2 : 5;
      size =
        width === 1
          ? first
          : width === 2
            ? ((first - 192) << 8) + (bytes[at + 2] ?? 0) + 192
            : number(bytes, at + 2, 4);
    } else {
      width = 1 << (head & 3);
      size = number(bytes, at + 1, width);
    }
    const start = at + 1 + width;
    if ((head & 0x80) === 0 || start + size > bytes.length) return;
    yield { tag, body: bytes.subarray(start, start + size) };
    at = start + size;
  }
}

function number(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
