import { EntryKind, type LayerColumns } from '../vfs/layerTree.ts';
import { PersistenceError } from './persistenceError.ts';
import { type ArchiveRecord, type LayerRecord, STORE_VERSION, type StoredFile } from './stateStore.ts';

/** Checks of what comes back from a store. Another version, a bug or a broken disk may have written it, so that
 *  nothing is believed that could later read out of bounds or loop. */

/** Throws PersistenceError `version` or `corrupt`. */
export function checkArchiveRecord(value: unknown): ArchiveRecord {
  const record = checkVersion<ArchiveRecord>(value);
  const { id, fileName, openedAtMs, body } = record;
  if (typeof id !== 'string' || typeof fileName !== 'string' || !Number.isFinite(openedAtMs) || !isRecord(body)) {
    throw new PersistenceError('corrupt', 'a stored archive lacks its fields');
  }
  return record;
}

/** Throws PersistenceError `version` or `corrupt`. */
export function checkLayerRecord(value: unknown): LayerRecord {
  const record = checkVersion<LayerRecord>(value);
  if (!isRecord(record.columns)) throw new PersistenceError('corrupt', 'a stored layer has no columns');
  const fault = columnsFault(record.columns);
  if (fault) throw new PersistenceError('corrupt', `a stored layer's ${fault}`);
  return record;
}

/** Throws PersistenceError `corrupt`. */
export function checkStoredFiles(value: unknown): readonly StoredFile[] {
  const isFile = (file: unknown) => isRecord(file) && typeof file.path === 'string' && file.blob instanceof Blob;
  if (!Array.isArray(value) || !value.every(isFile)) throw new PersistenceError('corrupt', 'kept contents are damaged');
  return value as readonly StoredFile[];
}

/** The file name in a record that is otherwise of no use, for the message. */
export function fileNameOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value.fileName === 'string' ? value.fileName : undefined;
}

/** A copy without what the columns share with others: a view of a large buffer would be stored whole. */
export function ownColumns(columns: LayerColumns): LayerColumns {
  const entries = Object.entries(columns).map(([name, value]) => [name, ownBuffer(value)]);
  return Object.fromEntries(entries) as LayerColumns;
}

function ownBuffer(value: unknown): unknown {
  const isPartial = ArrayBuffer.isView(value) && value.byteLength !== value.buffer.byteLength;
  return isPartial ? (value as Uint8Array).slice() : value;
}

const COLUMN_TYPES = {
  parent: Uint32Array,
  nameStart: Uint32Array,
  nameLength: Uint16Array,
  firstChild: Uint32Array,
  childCount: Uint32Array,
  kind: Uint8Array,
  flags: Uint8Array,
  mode: Uint16Array,
  uid: Uint32Array,
  gid: Uint32Array,
  mtimeSec: Float64Array,
  mtimeNsec: Uint32Array,
  size: Float64Array,
  position: Float64Array,
  inode: Uint32Array,
} as const;

/** What is wrong with the columns, or undefined. One pass, some 10 ns an entry. */
function columnsFault(columns: LayerColumns): string | undefined {
  for (const [name, type] of Object.entries(COLUMN_TYPES)) {
    const column: unknown = columns[name as keyof typeof COLUMN_TYPES];
    if (!(column instanceof type)) return `column ${name} has another type`;
    if (column.length !== columns.kind.length) return `column ${name} has another length`;
  }
  if (!(columns.pool instanceof Uint8Array) || !(columns.rare instanceof Map)) return 'names are missing';
  if (columns.kind.length === 0 || columns.kind[0] !== EntryKind.directory) return 'root is missing';
  for (let entry = 0; entry < columns.kind.length; entry++) {
    if (!isEntrySound(columns, entry)) return `entry ${entry} points out of bounds`;
  }
  return undefined;
}

function isEntrySound(columns: LayerColumns, entry: number): boolean {
  const count = columns.kind.length;
  const at = (column: ArrayLike<number>) => column[entry] as number;
  // A parent precedes its children: neither walk up nor walk down can loop.
  if (entry > 0 && at(columns.parent) >= entry) return false;
  const children = at(columns.childCount);
  if (children > 0 && (at(columns.firstChild) <= entry || at(columns.firstChild) + children > count)) return false;
  if (at(columns.nameStart) + at(columns.nameLength) > columns.pool.length) return false;
  if (at(columns.inode) >= count || at(columns.kind) > EntryKind.whiteout) return false;
  const end = at(columns.position) + at(columns.size);
  return at(columns.kind) !== EntryKind.symlink || end <= columns.pool.length;
}

function checkVersion<Stored extends { readonly version: number }>(value: unknown): Stored {
  if (!isRecord(value)) throw new PersistenceError('corrupt', 'a stored value is no record');
  if (value.version !== STORE_VERSION) {
    throw new PersistenceError('version', `stored by version ${String(value.version)}, not ${STORE_VERSION}`);
  }
  return value as unknown as Stored;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
