// One measured opening in a process of its own: opens the archive, indexes all layers, prints what it took.
// `bare` as the path only loads the program, as the floor that Node itself costs.
import { readFileSync } from 'node:fs';
import { indexLayers } from '../src/archive/indexLayers.ts';
import { openArchive } from '../src/archive/openArchive.ts';
import { nodeIndexThreads } from '../src/cli/indexThreads.ts';
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
  // As the command line does it.
  const threads = nodeIndexThreads(new URL('./indexThread.mjs', import.meta.url));
  const work = { platform: nodePlatform(), threads };
  const source = await openFileSource(path);
  const archive = await openArchive({ fileName: path, source }, work);
  imageKnownMs = performance.now() - startMs;
  const all = indexLayers(archive.layers, work);
  await archive.layers[0]?.readIndex(work);
  firstLayerMs = performance.now() - startMs;
  await all;
  for (const layer of archive.layers) entryCount += (await layer.readIndex(work)).entryCount;
  await archive.close();
}

const figures: OpenFigures = {
  imageKnownMs,
  firstLayerMs,
  allLayersMs: performance.now() - startMs,
  entryCount,
  peakBytes: peakBytes(),
};
process.stdout.write(JSON.stringify(figures), () => process.exit());

function peakBytes(): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? Number.NaN) * 1024;
}
