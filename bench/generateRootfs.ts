import { pseudoNormal, pseudoRandom } from './pseudoRandom.ts';
import type { UstarMember } from './ustar.ts';

/** Files of each layer, base first: a big base, package layers, small application layers. */
export const LAYER_FILE_COUNTS: readonly number[] = [52_000, 24_000, 18_000, 12_000, 6_000, 3_000, 1_500, 800, 200];

const TOP_DIRECTORIES = [
  'usr/lib',
  'usr/share/doc',
  'usr/share/locale',
  'usr/lib/python3',
  'opt/app',
  'var/lib',
  'etc',
];
const FILES_PER_DIRECTORY = 9;
/** Sizes like a Debian root file system's: half the files below 2.5 kB, few large ones carry most bytes. */
const MEDIAN_BYTES = 2_500;
const SIZE_DEVIATION = 1.68;
const MAX_BYTES = 24 << 20;
const POOL_BYTES = 32 << 20;

/** The members of one layer's tar, the same at each call. Contents are views of one pool: text that compresses
 *  as text does, with stretches that do not compress at all. */
export function* layerMembers(layer: number): Iterable<{ member: UstarMember; content: Buffer }> {
  const random = pseudoRandom(1_000 + layer);
  const pool = contentPool();
  const mtimeSec = 1_690_000_000 + layer * 86_400;
  const fileCount = LAYER_FILE_COUNTS[layer] as number;
  const listed = new Set<string>();
  const none = Buffer.alloc(0);
  let lastFile = '';

  for (let file = 0; file < fileCount; file++) {
    const directory = directoryPath(layer, Math.floor(file / FILES_PER_DIRECTORY), random);
    for (const name of parentsToList(directory, listed)) {
      yield { member: { name: `${name}/`, type: 'directory', mode: 0o755, sizeBytes: 0, mtimeSec }, content: none };
    }
    const name = `${directory}/file-${file.toString(36)}${file % 3 === 0 ? '.so' : '.txt'}`;
    const kind = random();
    if (kind < 0.07) {
      const member = { name, type: 'symlink', mode: 0o777, sizeBytes: 0, mtimeSec, linkName: '../target' } as const;
      yield { member, content: none };
    } else if (kind < 0.08 && lastFile !== '') {
      yield {
        member: { name, type: 'hardlink', mode: 0o644, sizeBytes: 0, mtimeSec, linkName: lastFile },
        content: none,
      };
    } else if (kind < 0.085 && layer > 0) {
      const whiteout = `${directory}/.wh.gone-${file}`;
      yield { member: { name: whiteout, type: 'file', mode: 0o600, sizeBytes: 0, mtimeSec }, content: none };
    } else {
      const sizeBytes = Math.min(MAX_BYTES, Math.round(MEDIAN_BYTES * Math.exp(SIZE_DEVIATION * pseudoNormal(random))));
      const start = Math.floor(random() * (POOL_BYTES - sizeBytes));
      yield {
        member: { name, type: 'file', mode: kind < 0.3 ? 0o755 : 0o644, sizeBytes, mtimeSec },
        content: pool.subarray(start, start + sizeBytes),
      };
      lastFile = name;
    }
  }
}

// Upper layers go back to a fifth of the base's directories, so that the union has something to merge.
function directoryPath(layer: number, index: number, random: () => number): string {
  const owner = random() < 0.2 ? 0 : layer;
  const top = TOP_DIRECTORIES[index % TOP_DIRECTORIES.length] as string;
  return `${top}/pkg-${owner}-${(index >> 4).toString(36)}/part-${(index & 15).toString(16)}`;
}

function parentsToList(directory: string, listed: Set<string>): string[] {
  const fresh: string[] = [];
  for (
    let path = directory;
    path !== '' && !listed.has(path);
    path = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  ) {
    listed.add(path);
    fresh.push(path);
  }
  return fresh.reverse();
}

let pool: Buffer | undefined;

function contentPool(): Buffer {
  if (pool) return pool;
  const random = pseudoRandom(7);
  const words = Array.from({ length: 4_000 }, () => {
    const length = 2 + Math.floor(random() * 9);
    return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
  });
  pool = Buffer.alloc(POOL_BYTES);
  for (let at = 0; at < POOL_BYTES;) {
    const isText = random() < 0.88;
    const end = Math.min(POOL_BYTES, at + 20_000 + Math.floor(random() * 60_000));
    while (at < end) {
      if (isText) at += pool.write(`${words[Math.floor(random() ** 2 * words.length)]} `, at, 'latin1') || POOL_BYTES;
      else pool[at++] = Math.floor(random() * 256);
    }
  }
  return pool;
}
