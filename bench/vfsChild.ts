// One file system, filled and measured in a process of its own (node --expose-gc): prints VfsFigures, or for `depth`
// the cost of lookups under 1 and under 127 layers.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSource } from '../src/platform/node.ts';
import { scanTar } from '../src/tar/scanTar.ts';
import type { LayerTree } from '../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../src/vfs/layerTreeBuilder.ts';
import { LayerUnion } from '../src/vfs/layerUnion.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';
import { BODY_BYTES, directoryPaths, FILE_COUNT, fileBody, filePaths, shuffled } from './vfsTree.ts';

export interface VfsFigures {
  readonly name: string;
  readonly statMs: number;
  readonly readdirMs: number;
  readonly readMs: number;
  readonly readRandomMs: number;
  readonly heapBytesPerFile: number;
}

export interface DepthFigures {
  readonly oneLayerNs: number;
  readonly manyLayersNs: number;
}

/** What the bench asks of each file system; the results are summed so that no work can be left out. */
interface Subject {
  /** Size in bytes. */
  stat(path: string): number;
  /** Number of names. */
  readdir(path: string): number;
  /** Bytes read. */
  read(path: string): number;
}

/** The calls of node:fs that the peers copy. */
interface SyncFs {
  mkdirSync(path: string): unknown;
  writeFileSync(path: string, data: Uint8Array): void;
  statSync(path: string): unknown;
  readdirSync(path: string): readonly unknown[];
  readFileSync(path: string): unknown;
}

const DEPTH_FILES = 10_000;
const DEPTH_ROUNDS = 20;

const subject = process.argv[2] ?? '';
const cleanups: (() => void)[] = [];
const result = subject === 'depth' ? await measureDepth() : await measureSubject(subject);
for (const cleanup of cleanups) cleanup();
process.stdout.write(JSON.stringify(result));

async function measureSubject(name: string): Promise<VfsFigures> {
  const directories = flattened(directoryPaths());
  const files = flattened(filePaths());
  const random = shuffled(files);
  const emptyBytes = usedBytes();
  const made = await makeSubject(name, directories, files);
  const expected = FILE_COUNT * BODY_BYTES;
  const statMs = timed(() => sum(random, made.stat), expected);
  const readdirMs = timed(() => sum(directories, made.readdir), FILE_COUNT + directories.length - 100);
  const readMs = timed(() => sum(files, made.read), expected);
  const readRandomMs = timed(() => sum(random, made.read), expected);
  // After the calls: what they left behind (merged directories, caches) belongs to the price.
  const heapBytesPerFile = (usedBytes() - emptyBytes) / FILE_COUNT;
  if (made.stat(files[0] as string) !== BODY_BYTES) throw new Error('the file system is gone');
  return { name, statMs, readdirMs, readMs, readRandomMs, heapBytesPerFile };
}

/** Strings in one piece: those that were put together shrink at their first use, which would count as memory freed. */
function flattened(texts: readonly string[]): string[] {
  return texts.map((text) => Buffer.from(text).toString());
}

/** A first run that took longer is the only one: compiling the code is little of that. */
const SLOW_RUN_MS = 1500;

/** The second of two runs: the code is compiled, and what is kept of the first call may be used. */
function timed(run: () => number, expected: number): number {
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    const startMs = performance.now();
    const total = run();
    ms = performance.now() - startMs;
    if (total !== expected) throw new Error(`${subject} gave ${total} where ${expected} was expected`);
    if (ms > SLOW_RUN_MS) break;
  }
  return ms;
}

function sum(paths: readonly string[], value: (path: string) => number): number {
  let total = 0;
  for (const path of paths) total += value(path);
  return total;
}

function usedBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function makeSubject(name: string, directories: readonly string[], files: readonly string[]): Promise<Subject> {
  if (name === 'palimpsest') return ours(directories, files);
  const { filled, read } = await peer(name);
  for (const path of directories) filled.mkdirSync(path);
  files.forEach((path, i) => {
    filled.writeFileSync(path, fileBody(i));
  });
  return {
    stat: (path) => Number((read.statSync(path) as { size: number | bigint }).size),
    readdir: (path) => read.readdirSync(path).length,
    read: (path) => (read.readFileSync(path) as Uint8Array).length,
  };
}

async function peer(name: string): Promise<{ readonly filled: SyncFs; readonly read: SyncFs }> {
  if (name === 'zenfs') {
    const { configureSingle, fs, InMemory } = await import('@zenfs/core');
    await configureSingle({ backend: InMemory });
    return { filled: fs as unknown as SyncFs, read: fs as unknown as SyncFs };
  }
  const { Volume, createFsFromVolume } = await import('memfs');
  const lower = createFsFromVolume(new Volume());
  if (name === 'memfs') return { filled: lower as unknown as SyncFs, read: lower as unknown as SyncFs };
  // As an overlay that nobody has written to: an empty upper volume, which unionfs asks first (last used, first
  // asked), over the one that holds the tree.
  const { Union } = await import('unionfs');
  const union = new Union();
  union.use(lower as never).use(createFsFromVolume(new Volume()) as never);
  return { filled: lower as unknown as SyncFs, read: union as unknown as SyncFs };
}

/** A layer in a file, as it lies in an archive: contents are read from there. */
async function ours(directories: readonly string[], files: readonly string[]): Promise<Subject> {
  const path = writeTar(directories, files);
  const source = await openFileSource(path);
  cleanups.push(() => void source.close());
  const builder = new LayerTreeBuilder();
  await scanTar(source, (entry) => builder.add(entry));
  const { tree } = builder.finish();
  const union = new LayerUnion([tree]);
  return {
    stat: (name) => {
      const node = union.resolve(name);
      const entry = union.entry(node);
      const layer = union.layers[union.layer(node)] as LayerTree;
      // All that a stat(2) tells, not the size alone.
      const stat = {
        ino: node,
        mode: layer.mode(entry),
        uid: layer.uid(entry),
        gid: layer.gid(entry),
        mtimeSec: layer.mtimeSec(entry),
        size: layer.sizeBytes(entry),
      };
      return stat.size;
    },
    readdir: (name) => union.readdir(union.resolve(name)).length,
    read: (name) => {
      const node = union.resolve(name);
      const entry = union.entry(node);
      const layer = union.layers[union.layer(node)] as LayerTree;
      // A copy, as readFileSync of the others gives.
      return source.readSync(layer.contentOffset(entry), layer.sizeBytes(entry)).slice().length;
    },
  };
}

function writeTar(directories: readonly string[], files: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'layer.tar');
  const file = openSync(path, 'w');
  for (const name of directories) writeSync(file, header(`${name.slice(1)}/`, 'directory', 0));
  files.forEach((name, i) => {
    const body = fileBody(i);
    writeSync(file, Buffer.concat([header(name.slice(1), 'file', body.length), body, ustarPadding(body.length)]));
  });
  writeSync(file, USTAR_END);
  closeSync(file);
  return path;
}

function header(name: string, type: 'file' | 'directory', sizeBytes: number): Buffer {
  return ustarHeader({ name, type, mode: type === 'file' ? 0o644 : 0o755, sizeBytes, mtimeSec: 1_700_000_000 });
}

/** The same files under one layer and under 127, where each further layer has every directory again and replaces
 *  some of the files. */
async function measureDepth(): Promise<DepthFigures> {
  const directories = directoryPaths().slice(0, 1010);
  const files = filePaths().slice(0, DEPTH_FILES);
  const base = await layerOf(directories, files);
  const layers = [base];
  for (let layer = 1; layer < 127; layer++) {
    layers.push(
      await layerOf(
        directories,
        files.filter((_, i) => i % 127 === layer),
      ),
    );
  }
  const order = shuffled(files);
  const one = lookupNs(new LayerUnion([base]), order);
  const many = lookupNs(new LayerUnion(layers), order);
  return { oneLayerNs: one, manyLayersNs: many };
}

function lookupNs(union: LayerUnion, paths: readonly string[]): number {
  const round = (): number => {
    const startMs = performance.now();
    let found = 0;
    for (const path of paths) if (union.resolve(path) > 0) found++;
    if (found !== paths.length) throw new Error(`${found} of ${paths.length} paths found`);
    return ((performance.now() - startMs) * 1e6) / paths.length;
  };
  round();
  return Math.min(...Array.from({ length: DEPTH_ROUNDS }, round));
}

async function layerOf(directories: readonly string[], files: readonly string[]): Promise<LayerTree> {
  const source = await openFileSource(writeTar(directories, files));
  const builder = new LayerTreeBuilder();
  await scanTar(source, (entry) => builder.add(entry));
  await source.close();
  return builder.finish().tree;
}
