// One subject over one number of layers, in a process of its own: overlayChild.mjs SUBJECT LAYERS FILES, or
// overlayChild.mjs depth LAYERS.
import { Upper } from '../src/vfs/overlay/upper.ts';
import { fastest } from './measure.ts';
import { kernelOverlay } from './overlayKernel.ts';
import { dealtOut, directoriesOf, everyDirectory } from './overlayLayers.ts';
import { ourMount, ourOverlay } from './overlayOurs.ts';
import { type Peer, peerOverlay } from './overlayPeers.ts';
import type { Operation, OverlaySubject } from './overlaySubject.ts';
import { fileBody, filePaths, shuffled } from './vfsTree.ts';

export interface OverlayFigures {
  /** Calls a second; of seal, the changed files that it puts into a tar each second. */
  readonly perSec: Partial<Record<Operation, number>>;
  /** Files in the upper when the snapshot was taken. */
  readonly changedFiles: number;
  readonly createdHeapBytes: number;
  readonly copiedHeapBytes: number;
}

export interface MergeFigures {
  readonly firstNs: number;
  readonly againNs: number;
}

/** Whoever is slower does less: an operation ends when its time by the clock is over. */
const BUDGET_MS = 2000;
/** Calls between two looks at the clock. */
const BATCH = 32;
/** At most; of a smaller tree, a twentieth. */
const WARM_FILES = 1000;
const WARM_ROUNDS = 20;
const MERGE_FILES = 20_000;
const MERGE_ROUNDS = 10;

const [subject = '', layers = '', fileCount = ''] = process.argv.slice(2);
const result =
  subject === 'depth' ? await measureMerge(Number(layers)) : await measureSubject(Number(layers), Number(fileCount));
process.stdout.write(JSON.stringify(result));

async function measureSubject(layerCount: number, files: number): Promise<OverlayFigures> {
  const paths = shuffled(flattened(filePaths().slice(0, files)));
  const directories = shuffled(flattened(directoriesOf(paths)));
  const created = flattened(paths.map((path) => path.replace('file-', 'made-')));
  const renamed = flattened(paths.map((path) => path.replace('file-', 'moved-')));
  const body = fileBody(1);
  const otherBody = fileBody(2);
  // Kept to the end: with its last objects the compiled code for them would go.
  const warm = subject === 'kernel' ? undefined : await warmUp(layerCount, Math.min(WARM_FILES, files / 20));
  const made = await makeSubject(layerCount, files);
  const perSec: Partial<Record<Operation, number>> = {};
  // Twice: the code is compiled then, and what is kept of the first call may be used. The second time goes no further
  // than the first came.
  const stats = timed(paths, (path) => made.stat(path)).done;
  const lists = timed(directories, (path) => made.readdir(path)).done;
  const reads = timed(paths.slice(0, stats), (path) => made.read(path)).done;
  // What the first pass left behind is not the second's to clear away.
  usedBytes();
  perSec.stat = timed(paths.slice(0, stats), (path) => made.stat(path)).perSec;
  perSec.readdir = timed(directories.slice(0, lists), (path) => made.readdir(path)).perSec;
  perSec.read = timed(paths.slice(0, reads), (path) => made.read(path)).perSec;
  const emptyBytes = usedBytes();
  const creating = timed(created, (path) => made.create(path, body));
  perSec.create = creating.perSec;
  const createdHeapBytes = (usedBytes() - emptyBytes) / creating.done;
  perSec.overwrite = timed(created.slice(0, creating.done), (path) => made.overwrite(path, otherBody)).perSec;
  perSec.rename = timed(created.slice(0, creating.done), (path, i) => made.rename(path, renamed[i] as string)).perSec;
  let changedFiles = creating.done;
  let copiedHeapBytes = 0;
  const { copyUp } = made;
  if (copyUp) {
    const beforeBytes = usedBytes();
    const copying = timed(paths, (path) => copyUp(path));
    perSec.copyUp = copying.perSec;
    copiedHeapBytes = (usedBytes() - beforeBytes) / copying.done;
    changedFiles += copying.done;
  }
  if (made.snapshot) perSec.snapshot = snapshotsPerSec(made, made.snapshot, paths[0] as string);
  if (made.seal) {
    const startMs = performance.now();
    const sealed = await made.seal();
    perSec.seal = (sealed * 1000) / (performance.now() - startMs);
    if (subject === 'palimpsest' && sealed !== changedFiles)
      throw new Error(`${sealed} of ${changedFiles} changed files were sealed`);
  }
  made.close();
  warm?.close();
  return { perSec, changedFiles, createdHeapBytes, copiedHeapBytes };
}

/** Each call on a small tree of as many layers, so that the code is compiled: most peers make their trees, of 100,000
 *  files, with the calls that are measured, we do not. */
async function warmUp(layerCount: number, files: number): Promise<OverlaySubject> {
  const paths = flattened(filePaths().slice(0, files));
  const directories = directoriesOf(paths);
  const made = await makeSubject(layerCount, files);
  const startMs = performance.now();
  for (let round = 0; round < WARM_ROUNDS && performance.now() - startMs < BUDGET_MS; round++) {
    for (const path of paths) made.stat(path);
    for (const path of directories) made.readdir(path);
    for (const path of paths) made.read(path);
    const [from, to] = [`made-${round}-`, `moved-${round}-`].map((name) =>
      paths.map((of) => of.replace('file-', name)),
    );
    for (const path of from ?? []) made.create(path, fileBody(round));
    for (const path of from ?? []) made.overwrite(path, fileBody(round + 1));
    for (const [i, path] of (from ?? []).entries()) made.rename(path, to?.[i] ?? '');
    for (const path of paths) made.copyUp?.(path);
  }
  return made;
}

function makeSubject(layerCount: number, files: number): Promise<OverlaySubject> {
  const plans = dealtOut(layerCount, files);
  if (subject === 'palimpsest') return ourOverlay(plans);
  if (subject === 'kernel') return Promise.resolve(kernelOverlay(plans));
  return peerOverlay(subject as Peer, plans);
}

/** Strings in one piece: those that were put together shrink at their first use, which would count as memory freed. */
function flattened(texts: readonly string[]): string[] {
  return texts.map((text) => Buffer.from(text).toString());
}

function timed(
  paths: readonly string[],
  call: (path: string, index: number) => unknown,
): { readonly perSec: number; readonly done: number } {
  const startMs = performance.now();
  const startCpuMs = cpuMs();
  let done = 0;
  let total = 0;
  while (done < paths.length && performance.now() - startMs < BUDGET_MS) {
    const end = Math.min(paths.length, done + BATCH);
    for (; done < end; done++) total += Number(call(paths[done] as string, done) ?? 1);
  }
  // Once: asking costs as much as many calls.
  const ms = cpuMs() - startCpuMs;
  if (total < done) throw new Error(`${subject}: ${total} came out of ${done} calls`);
  return { perSec: (done * 1000) / ms, done };
}

/** Time of the processor in this process and in the kernel for it: what else the machine does changes it little. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Each after a change, so that there is something new to keep. */
function snapshotsPerSec(made: OverlaySubject, snapshot: () => unknown, path: string): number {
  const times: number[] = [];
  const startMs = performance.now();
  for (let i = 0; i < 101 && (i < 3 || performance.now() - startMs < BUDGET_MS); i++) {
    made.overwrite(path, fileBody(i));
    const beforeMs = performance.now();
    snapshot();
    times.push(performance.now() - beforeMs);
  }
  times.sort((a, b) => a - b);
  return 1000 / (times[times.length >> 1] as number);
}

function usedBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same names listed, from directories that every one of the layers has: the first time, and again. */
async function measureMerge(layerCount: number): Promise<MergeFigures> {
  const plans = everyDirectory(layerCount, MERGE_FILES);
  const directories = shuffled(flattened(directoriesOf(filePaths().slice(0, MERGE_FILES))));
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < MERGE_ROUNDS; round++) {
    const mount = await ourMount(plans, new Upper());
    const list = () => 1e9 / timed(directories, (path) => mount.readdir(path).length).perSec;
    first.push(list());
    again.push(list());
  }
  return { firstNs: fastest(first), againNs: fastest(again) };
}
