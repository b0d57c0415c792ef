import fc from 'fast-check';
import type { LayerContents } from '../../src/analysis/layerContents.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { SparseExtent, TarEntry, TarEntryType, Xattr } from '../../src/tar/tarEntry.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';

/** A member of a layer as a test writes it down: `.wh.NAME` and `.wh..wh..opq` are whiteouts. */
export interface Member {
  readonly path: string;
  readonly type?: TarEntryType;
  readonly text?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly mtimeSec?: number;
  readonly xattrs?: readonly Xattr[];
  readonly device?: { readonly major: number; readonly minor: number };
  /** The text is then what is stored; `sizeBytes` what a reader sees. */
  readonly sparse?: { readonly sizeBytes: number; readonly extents: readonly SparseExtent[] };
}

export interface TestLayer {
  readonly tree: LayerTree;
  /** What stands for the layer's uncompressed tar: contents at their offsets. */
  readonly tar: Uint8Array;
}

export function file(path: string, text: string, rest: Partial<Member> = {}): Member {
  return { path, text, ...rest };
}

export function directory(path: string, rest: Partial<Member> = {}): Member {
  return { path, type: 'directory', ...rest };
}

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

export function layer(...members: readonly Member[]): TestLayer {
  const builder = new LayerTreeBuilder();
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const member of members) {
    const content = encoder.encode(member.text ?? '');
    builder.add(tarEntry(member, at, content.length));
    const padded = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
    padded.set(content, 512);
    parts.push(padded);
    at += padded.length;
  }
  const tar = new Uint8Array(at);
  let offset = 0;
  for (const part of parts) {
    tar.set(part, offset);
    offset += part.length;
  }
  return { tree: builder.finish().tree, tar };
}

function tarEntry(member: Member, headerOffset: number, size: number): TarEntry {
  const type = member.type ?? 'file';
  return {
    headerOffset,
    contentOffset: headerOffset + 512,
    storedBytes: size,
    name: encodeName(member.path),
    type,
    typeflag: 0x30,
    mode: member.mode ?? (type === 'directory' ? 0o755 : 0o644),
    uid: member.uid ?? 0,
    gid: 0,
    userName: NO_BYTES,
    groupName: NO_BYTES,
    sizeBytes: member.sparse?.sizeBytes ?? size,
    mtimeSec: member.mtimeSec ?? 1_700_000_000,
    mtimeNsec: 0,
    linkName: encodeName(member.link ?? ''),
    deviceMajor: member.device?.major ?? 0,
    deviceMinor: member.device?.minor ?? 0,
    xattrs: member.xattrs,
    sparse: member.sparse?.extents,
    pax: undefined,
  };
}

export function trees(layers: readonly TestLayer[]): LayerTree[] {
  return layers.map(({ tree }) => tree);
}

/** Contents of test layers, by reads or in chunks of a given size. */
export function contentsOf(layers: readonly TestLayer[], way: 'random' | number): LayerContents {
  return {
    async random(position) {
      return way === 'random' ? new MemorySource((layers[position] as TestLayer).tar) : undefined;
    },
    async *stream(position) {
      const { tar } = layers[position] as TestLayer;
      const step = way === 'random' ? tar.length : way;
      const reused = new Uint8Array(step);
      for (let at = 0; at < tar.length; at += step) {
        const chunk = tar.subarray(at, at + step);
        reused.set(chunk);
        yield reused.subarray(0, chunk.length);
      }
    },
  };
}

const name = fc.constantFrom('a', 'b', 'c', '-x');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const mtimeSec = fc.constantFrom(1, 2);

const member: fc.Arbitrary<Member> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ path, text: fc.constantFrom('', 'x', 'y', 'xx', 'yy', 'long text'), mtimeSec }) },
  {
    weight: 3,
    arbitrary: fc.record({
      path,
      type: fc.constant('directory' as const),
      mode: fc.constantFrom(0o755, 0o700),
      mtimeSec,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ path, type: fc.constant('symlink' as const), link: fc.constantFrom('a', 'bb'), mtimeSec }),
  },
  { weight: 3, arbitrary: path.map((at) => ({ path: whiteoutPath(at) })) },
  { weight: 1, arbitrary: path.map((at) => ({ path: `${at}/.wh..wh..opq` })) },
);

export function whiteoutPath(at: string): string {
  const slash = at.lastIndexOf('/') + 1;
  return `${at.slice(0, slash)}.wh.${at.slice(slash)}`;
}

/** Layers whose members fit together: nothing lies below what is no directory in the same layer, and no name is
 *  there beside its own whiteout. */
export const anyLayer: fc.Arbitrary<TestLayer> = fc
  .array(member, { maxLength: 7 })
  .map((members) => layer(...consistent(members)));

export const anyStack: fc.Arbitrary<TestLayer[]> = fc.array(anyLayer, { minLength: 1, maxLength: 5 });

function consistent(members: readonly Member[]): Member[] {
  const kept: Member[] = [];
  const kinds = new Map<string, 'directory' | 'leaf'>();
  for (const candidate of members) {
    const isMark = candidate.path.endsWith('/.wh..wh..opq');
    const at = (isMark ? candidate.path.slice(0, -'/.wh..wh..opq'.length) : candidate.path).replace(
      /\.wh\.(?=[^/]+$)/,
      '',
    );
    const kind = isMark || candidate.type === 'directory' ? 'directory' : 'leaf';
    const names = at.split('/');
    const parents = names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'));
    if (parents.some((parent) => kinds.get(parent) === 'leaf')) continue;
    const known = kinds.get(at);
    if (known !== undefined && (known !== 'directory' || kind !== 'directory')) continue;
    if (kind === 'leaf' && [...kinds.keys()].some((other) => other.startsWith(`${at}/`))) continue;
    for (const parent of parents) kinds.set(parent, 'directory');
    kinds.set(at, kind);
    kept.push(candidate);
  }
  return kept;
}
