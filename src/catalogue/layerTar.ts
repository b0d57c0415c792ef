import { joinBytes } from '../bytes/joinBytes.ts';
import { encodeName } from '../bytes/byteName.ts';
import { MemorySource } from '../bytes/byteSource.ts';
import { RunSource } from '../bytes/runSource.ts';
import { StretchBuilder } from '../bytes/stretchBuilder.ts';
import { BLOCK_BYTES } from '../tar/headerBlock.ts';
import { paddingBytes, tarHeader, type TarMember } from '../tar/tarHeader.ts';
import type { ListedEntry } from './listing.ts';
import { standInContent } from './standInContent.ts';

/** An entry of a layer: one that stands in for a real one, or with its own text. */
export interface LayerEntry extends ListedEntry {
  readonly text?: string;
}

const NO_BYTES = new Uint8Array(0);

/** A layer as a tar: entries sorted by path, later ones in the place of earlier ones of the same path, directories that
 *  nobody listed made as root's. The same entries give the same bytes. Stand-ins have their real sizes, of which only
 *  what they say is in memory. */
export function layerTar(entries: Iterable<LayerEntry>, mtimeSec: number): RunSource {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    const before = byPath.get(entry.path);
    if (before?.kind === 'd' && entry.kind === 'd' && entry.mode === 0o755) continue;
    byPath.set(entry.path, entry);
  }
  for (const path of [...byPath.keys()]) addParents(byPath, path);
  // A hard link stands behind what it links to.
  const sorted = [...byPath.values()].sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
  const parts: Uint8Array[] = [];
  const stretches = new StretchBuilder();
  for (const entry of sorted) addMember(asItsFile(entry, byPath), mtimeSec, parts, stretches);
  stretches.addZeros(2 * BLOCK_BYTES);
  return new RunSource(new MemorySource(joinBytes(parts)), stretches.finish());
}

function order(entry: LayerEntry): number {
  return entry.kind === 'h' ? 1 : 0;
}

/** A hard link's header is applied to the file that it names: it says of it what the file's own does. */
function asItsFile(entry: LayerEntry, byPath: ReadonlyMap<string, LayerEntry>): LayerEntry {
  const file = entry.kind === 'h' && entry.target !== undefined ? byPath.get(entry.target) : undefined;
  return file ? { ...entry, mode: file.mode, uid: file.uid, gid: file.gid } : entry;
}

function addParents(byPath: Map<string, LayerEntry>, path: string): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash);
    if (byPath.has(parent)) return;
    byPath.set(parent, { kind: 'd', path: parent, mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 });
  }
}

/** The bytes that are stored go to `parts`. */
function addMember(entry: LayerEntry, mtimeSec: number, parts: Uint8Array[], stretches: StretchBuilder): void {
  const content = contentOf(entry);
  const member = memberOf(entry, content, mtimeSec);
  for (const part of [tarHeader(member), content]) {
    parts.push(part);
    stretches.addStored(part.length);
  }
  if (entry.kind === 'f') stretches.addZeros(member.sizeBytes - content.length + paddingBytes(member.sizeBytes));
}

function contentOf(entry: LayerEntry): Uint8Array {
  if (entry.kind !== 'f') return NO_BYTES;
  return entry.text === undefined ? standInContent(entry.path, entry.mode, entry.sizeBytes) : encodeName(entry.text);
}

function memberOf(entry: LayerEntry, content: Uint8Array, mtimeSec: number): TarMember {
  const { kind, path, mode, uid, gid } = entry;
  const types = { d: 'directory', f: 'file', l: 'symlink', h: 'hardlink' } as const;
  return {
    name: encodeName(kind === 'd' ? `${path}/` : path),
    type: types[kind],
    mode,
    uid,
    gid,
    sizeBytes: entry.text === undefined && kind === 'f' ? entry.sizeBytes : content.length,
    mtimeSec,
    ...(entry.target !== undefined && { linkName: encodeName(entry.target) }),
  };
}
