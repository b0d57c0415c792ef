// One measured opening in a process of its own: opens the archive, indexes all layers, prints what it took.
// `bare` as the path only loads the program, as the floor that Node itself costs.
import { readFileSync } from 'node:fs';
import { openArchive } from '../src/archive/openArchive.ts';
import { nodePlatform, openFileSource } from '../src/platform/node.ts';

export interface OpenFigures {
  readonly imageKnownMs: number;
  readonly firstLayerMs: number;
  readonly allLayersMs: number;
  readonly entryCount: number;
  /** Peak resident set of the process, VmHWM of /proc/self/status. */
  readonly peakBytes: number;
}

const path = process.argv[2] ?? 'bare';
const startMs = performance.now();
let imageKnownMs = 0;
let firstLayerMs = 0;
let entryCount = 0;

if (path !== 'bare') {
  const work = { platform: nodePlatform() };
  const source = await openFileSource(path);
  const archive = await openArchive({ fileName: path, source }, work);
  imageKnownMs = performance.now() - startMs;
  for (const layer of archive.layers) {
    const indexed = await layer.readIndex(work);
    entryCount += indexed.entryCount;
    if (firstLayerMs === 0) firstLayerMs = performance.now() - startMs;
  }
  await archive.close();
}

const figures: OpenFigures = {
  imageKnownMs,
  firstLayerMs,
  allLayersMs: performance.now() - startMs,
  entryCount,
  peakBytes: peakBytes(),
};
process.stdout.write(JSON.stringify(figures));

function peakBytes(): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? Number.NaN) * 1024;
}
