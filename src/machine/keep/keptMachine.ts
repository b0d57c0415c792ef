import type { ByteSource } from '../../bytes/byteSource.ts';
import type { LayerColumns } from '../../vfs/layerTree.ts';
import { KeepError } from './keepError.ts';

/** Of the form below: what was kept by another is not read. */
export const KEPT_VERSION = 2;
/** Older forms that are read all the same: what they do not have is as on a new machine. */
export const READABLE_VERSIONS: readonly number[] = [1, KEPT_VERSION];

/** A machine at rest: a head, and parts by name. What has the same name is the same, so that parts which are kept
 *  already need not be written again, and those that the head does not name can go. */
export interface KeptMachine {
  /** Names all parts. Written last: until then the machine is what it was before. */
  readonly head: Uint8Array;
  readonly parts: ReadonlyMap<string, KeptPart>;
  /** The layers' trees as they lie, so that nothing is parsed. Without them the layers' tars are read. */
  readonly trees: ReadonlyMap<string, LayerColumns>;
}

/** To be read when asked for: most of them are kept already. */
export interface KeptPart {
  open(): Promise<ByteSource>;
  /** Where it is known without opening. */
  readonly sizeBytes?: number | undefined;
}

/** Where a machine is kept. */
export interface KeptParts {
  /** Undefined where it was lost. */
  part(name: string): Promise<ByteSource | undefined>;
  /** Checked by whoever kept it; undefined where there is none. */
  tree(name: string): Promise<LayerColumns | undefined>;
}

/** Bytes of a page of inodes, of a log, of a config; more is no machine of ours. */
const MAX_DOCUMENT_BYTES = 256 * 2 ** 20;

/** Names of parts, as they stand in a tar, too. */
export const PART_NAME = /^(inodes|moment|content|log|layer|runs|config|registry)\/[0-9a-z:]{1,140}$/;

/** A new name of that kind. */
export function newPartName(kind: 'inodes' | 'moment' | 'content' | 'log'): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `${kind}/${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** A part as a whole. Throws KeepError `lost`, `corrupt`. */
export async function readPart(parts: KeptParts, name: string): Promise<Uint8Array> {
  const source = await openPart(parts, name);
  if (source.sizeBytes > MAX_DOCUMENT_BYTES) throw new KeepError('corrupt', name, `it has ${source.sizeBytes} bytes`);
  return source.read(0, source.sizeBytes);
}

/** Throws KeepError `lost`. */
export async function openPart(parts: KeptParts, name: string): Promise<ByteSource> {
  const source = PART_NAME.test(name) ? await parts.part(name) : undefined;
  if (!source) throw new KeepError('lost', name, 'this part of the machine is lost');
  return source;
}
