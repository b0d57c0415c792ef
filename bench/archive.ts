// npm run bench -- archive [plain|gzip]: what it costs to open a big image, beside what other programs take to read
// the same bytes, all in one run. Ratios are what counts; absolutes depend on the machine.
import { join } from 'node:path';
import { openInChromium, type ChromiumFigures } from './chromium.ts';
import { type BenchArchive, generateArchives } from './generateArchive.ts';
import { openInRealPage, type RealPageFigures } from './realPage.ts';
import { median, megabytes, milliseconds, runProgram, shellMs } from './measure.ts';
import type { OpenFigures } from './openChild.ts';

const ROUNDS = 5;
const MB = 1e6;
/** Of Node's, what makes it do work at its start that has nothing to do with the program: a file of certificates takes
 *  it 40 ms to read, whether or not there will be a connection. */
const LEFT_OUT = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];
const projectDir = process.cwd();
const child = join(projectDir, '.cache/bench-build/openChild.mjs');

interface Peer {
  readonly name: string;
  readonly ms: number;
  /** The most that ours may take, as a multiple of this. */
  readonly target?: number;
}

const kinds = process.argv.slice(2);
const archives = await generateArchives(join(projectDir, '.cache/bench'));
let missed = 0;
for (const kind of ['plain', 'gzip'] as const) {
  if (kinds.length === 0 || kinds.includes(kind)) missed += await benchArchive(kind, archives[kind]);
}
console.log(missed === 0 ? '\nevery target is reached' : `\n${missed} targets are missed`);
process.exit(missed === 0 ? 0 : 1);

async function benchArchive(kind: 'plain' | 'gzip', archive: BenchArchive): Promise<number> {
  console.log(
    `\n== ${kind} layers: ${megabytes(archive.sizeBytes)}, ${archive.layerPaths.length} layers, ${archive.entryCount} entries`,
  );
  const listLayers =
    kind === 'plain'
      ? 'for f in "$@"; do tar -tf "$f"; done >/dev/null'
      : 'for f in "$@"; do gzip -dc "$f" | tar -t; done >/dev/null';
  const bareBytes = (await openOnce('bare')).figures.peakBytes;
  const ours: { wallMs: number; figures: OpenFigures }[] = [];
  const tarMs: number[] = [];
  const readMs: number[] = [];
  const skopeoMs: number[] = [];
  await shellMs('cat "$1" "$2" >/dev/null', [archive.path, archive.layerPaths[0] as string]);
  // Taken in turns, so that a busy moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    tarMs.push(await shellMs(listLayers, archive.layerPaths));
    ours.push(await openOnce(archive.path));
    readMs.push(await shellMs('cat "$1" >/dev/null', [archive.path]));
    if (round === 0) skopeoMs.push(...(await skopeo(archive.path)));
  }
  const wallMs = median(ours.map((run) => run.wallMs));
  const figures = ours[0]?.figures as OpenFigures;
  if (figures.entryCount !== archive.entryCount) {
    throw new Error(`indexed ${figures.entryCount} entries of ${archive.entryCount}`);
  }
  const leftOut = LEFT_OUT.filter((name) => process.env[name] !== undefined);
  if (leftOut.length > 0) console.log(`(Node is run without this machine's ${leftOut.join(', ')})`);
  console.log(`Node, whole process: ${milliseconds(wallMs)} (${ours.map((run) => run.wallMs.toFixed(0)).join(' ')})`);
  console.log(
    `  images known after ${milliseconds(median(ours.map((run) => run.figures.imageKnownMs)))}, first layer after ` +
      `${milliseconds(median(ours.map((run) => run.figures.firstLayerMs)))}, all after ` +
      `${milliseconds(median(ours.map((run) => run.figures.allLayersMs)))} of it`,
  );
  const peers: Peer[] = [
    kind === 'plain'
      ? { name: 'tar -tf of all layers', ms: median(tarMs), target: 1.5 }
      : { name: 'gzip -dc | tar -t of all layers', ms: median(tarMs), target: 1.3 },
    { name: 'reading the bytes (cat)', ms: median(readMs) },
    ...skopeoMs.map((ms) => ({ name: 'skopeo inspect', ms })),
  ];
  let missedHere = 0;
  for (const peer of peers) missedHere += printRatio(wallMs, peer);
  missedHere += printMemory(Math.max(...ours.map((run) => run.figures.peakBytes)), bareBytes, archive.entryCount);
  missedHere += printChromium(await openInChromium(archive.path, projectDir), wallMs);
  if (kind === 'plain') missedHere += printRealPage(await openInRealPage(archive.path, projectDir));
  return missedHere;
}

async function openOnce(path: string): Promise<{ wallMs: number; figures: OpenFigures }> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.includes(name)));
  const run = await runProgram(process.execPath, [child, path], environment);
  return { wallMs: run.wallMs, figures: JSON.parse(run.output) as OpenFigures };
}

/** Wall time of skopeo's look at the same file, or nothing where there is no skopeo. */
async function skopeo(path: string): Promise<number[]> {
  try {
    return [(await runProgram('skopeo', ['inspect', `docker-archive:${path}`])).wallMs];
  } catch (error) {
    console.log(`skopeo inspect: not measured (${error instanceof Error ? error.message.slice(0, 200) : error})`);
    return [];
  }
}

function printRatio(wallMs: number, peer: Peer): number {
  const ratio = wallMs / peer.ms;
  const isMissed = peer.target !== undefined && ratio > peer.target;
  console.log(`  ${ratio.toFixed(2)} x ${peer.name} (${milliseconds(peer.ms)})${verdict(peer.target, isMissed)}`);
  return isMissed ? 1 : 0;
}

function verdict(target: number | undefined, isMissed: boolean): string {
  if (target === undefined) return '';
  return `  target ≤ ${target}: ${isMissed ? 'MISSED' : 'reached'}`;
}

/** The bound counts what opening adds to the bare process (the same program, nothing opened). */
function printMemory(peakBytes: number, bareBytes: number, entryCount: number): number {
  const boundBytes = 150 * entryCount + 64 * MB;
  const addedBytes = peakBytes - bareBytes;
  const isMissed = addedBytes > boundBytes;
  console.log(
    `  peak memory ${megabytes(peakBytes)} in all, bare process ${megabytes(bareBytes)}, added ${megabytes(addedBytes)}; ` +
      `bound 150 B an entry + 64 MB = ${megabytes(boundBytes)}: ${isMissed ? 'MISSED' : 'reached'}`,
  );
  return isMissed ? 1 : 0;
}

function printRealPage(figures: RealPageFigures | string): number {
  if (typeof figures === 'string') {
    console.log(`The built page: not measured (${figures})`);
    return 0;
  }
  const { firstLayerMs, isBeforeLast, allLayersMs, longestTaskMs } = figures;
  const isSmooth = longestTaskMs <= 50;
  console.log(
    `The built page: first layer on show after ${milliseconds(firstLayerMs)} of ${milliseconds(allLayersMs)}, ` +
      `before the last is indexed: ${isBeforeLast ? 'reached' : 'MISSED'}`,
  );
  console.log(
    `The built page: longest task on the main thread ${longestTaskMs.toFixed(1)} ms of CPU time  target ≤ 50 ms: ` +
      `${isSmooth ? 'reached' : 'MISSED'}`,
  );
  return Number(!isBeforeLast) + Number(!isSmooth);
}

function printChromium(figures: ChromiumFigures | string, nodeMs: number): number {
  if (typeof figures === 'string') {
    console.log(`Chromium: not measured (${figures})`);
    return 0;
  }
  const ratio = figures.allLayersMs / nodeMs;
  const checks: [string, boolean][] = [
    [`${milliseconds(figures.allLayersMs)} = ${ratio.toFixed(2)} x Node  target ≤ 2.5`, ratio <= 2.5],
    [
      `first layer browsable after ${milliseconds(figures.firstLayerMs)}, before the last is indexed`,
      figures.firstLayerMs < figures.allLayersMs,
    ],
    [
      `longest task on the main thread ${milliseconds(figures.longestTaskMs)}  target ≤ 50 ms`,
      figures.longestTaskMs <= 50,
    ],
  ];
  for (const [text, isReached] of checks) console.log(`Chromium: ${text}: ${isReached ? 'reached' : 'MISSED'}`);
  console.log(
    `Chromium: peak memory of the page's process ${megabytes(figures.peakBytes)}, ` +
      `added by opening ${megabytes(figures.peakBytes - figures.bareBytes)}`,
  );
  return checks.filter(([, isReached]) => !isReached).length;
}
