/** File handles as the origin, upper and index of a copied-up object hold them (struct ovl_fb of the kernel's
 *  fs/overlayfs: version, magic, length, flags, type, uuid of the filesystem, inode and generation). Here the uuid is
 *  a layer's id and the generation is 0. */
const HANDLE_BYTES = 29;
const MAGIC = 0xfb;
/** FILEID_INO32_GEN. */
const TYPE_INODE = 1;
const ID_AT = 5;
const INODE_AT = 21;

export interface FileHandle {
  readonly layerId: Uint8Array;
  readonly inode: number;
}

/** Handles share buffers of so many: one of its own would cost each 100 bytes more. */
const HANDLES_PER_BUFFER = 128;
let handles = new Uint8Array(0);
let handlesUsed = 0;

export function encodeHandle(layerId: Uint8Array, inode: number): Uint8Array {
  if (handlesUsed + HANDLE_BYTES > handles.length) {
    handles = new Uint8Array(HANDLE_BYTES * HANDLES_PER_BUFFER);
    handlesUsed = 0;
  }
  const bytes = handles.subarray(handlesUsed, handlesUsed + HANDLE_BYTES);
  handlesUsed += HANDLE_BYTES;
  bytes[1] = MAGIC;
  bytes[2] = HANDLE_BYTES;
  bytes[4] = TYPE_INODE;
  for (let i = 0; i < 16; i++) bytes[ID_AT + i] = layerId[i] ?? 0;
  for (let i = 0; i < 4; i++) bytes[INODE_AT + i] = inode >>> (8 * i);
  return bytes;
}

/** Undefined for what is empty or no handle of this form: an unknown origin. */
export function decodeHandle(bytes: Uint8Array): FileHandle | undefined {
  if (bytes.length < HANDLE_BYTES || bytes[0] !== 0 || bytes[1] !== MAGIC || bytes[4] !== TYPE_INODE) return undefined;
  const inode = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(INODE_AT, true);
  return { layerId: bytes.slice(ID_AT, ID_AT + 16), inode };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
