// npm run bench -- vfs: the union of a stack against memfs, unionfs and zenfs, the same 100,000 files in each, every
// one in a process of its own; and lookups in a stack of 127 layers against one layer.
import { join } from 'node:path';
import { median, runProgram } from './measure.ts';
import type { DepthFigures, VfsFigures } from './vfsChild.ts';

const ROUNDS = 3;
/** A file system whose first round took longer is far from the best: one round tells that. */
const SLOW_MS = 10_000;
const PEERS = ['memfs', 'unionfs', 'zenfs'] as const;
const child = join(process.cwd(), '.cache/bench-build/vfsChild.mjs');

const ours = await measure('palimpsest');
const peers = [];
for (const name of PEERS) peers.push(await measure(name));

console.log(
  '                 stat      readdir   read      read random  heap      (ms for all of 100,000 files, heap bytes a file)',
);
for (const figures of [ours, ...peers]) {
  const { name, statMs, readdirMs, readMs, readRandomMs, heapBytesPerFile } = figures;
  const cells = [statMs, readdirMs, readMs, readRandomMs].map((ms) => ms.toFixed(1).padEnd(10));
  console.log(`${name.padEnd(16)} ${cells.join('')}   ${heapBytesPerFile.toFixed(0)}`);
}

let missed = 0;
for (const operation of ['statMs', 'readdirMs', 'readMs', 'readRandomMs'] as const) {
  const best = Math.min(...peers.map((figures) => figures[operation]));
  missed += check(`${operation.replace(/Ms$/, '')} speed against the best peer`, best / ours[operation], 'atLeast', 3);
}
const leastHeap = Math.min(...peers.map((figures) => figures.heapBytesPerFile));
missed += check('heap a file against the smallest peer', ours.heapBytesPerFile / leastHeap, 'atMost', 1 / 3);

const depth = JSON.parse((await runProgram(process.execPath, ['--expose-gc', child, 'depth'])).output) as DepthFigures;
console.log(
  `lookup, warm: 1 layer ${depth.oneLayerNs.toFixed(0)} ns, 127 layers ${depth.manyLayersNs.toFixed(0)} ns a path`,
);
missed += check('127 layers against 1', depth.manyLayersNs / depth.oneLayerNs, 'atMost', 3);
console.log(missed === 0 ? '\nevery target is reached' : `\n${missed} targets are missed`);
process.exit(missed === 0 ? 0 : 1);

async function measure(name: string): Promise<VfsFigures> {
  const rounds: VfsFigures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const run = await runProgram(process.execPath, ['--expose-gc', '--max-old-space-size=4096', child, name]);
    rounds.push(JSON.parse(run.output) as VfsFigures);
    if (run.wallMs > SLOW_MS) break;
  }
  const middle = (key: Exclude<keyof VfsFigures, 'name'>) => median(rounds.map((figures) => figures[key]));
  return {
    name,
    statMs: middle('statMs'),
    readdirMs: middle('readdirMs'),
    readMs: middle('readMs'),
    readRandomMs: middle('readRandomMs'),
    heapBytesPerFile: middle('heapBytesPerFile'),
  };
}

function check(what: string, ratio: number, bound: 'atLeast' | 'atMost', target: number): number {
  const isReached = bound === 'atLeast' ? ratio >= target : ratio <= target;
  const sign = bound === 'atLeast' ? '≥' : '≤';
  console.log(
    `  ${what}: ${ratio.toFixed(2)}  target ${sign} ${target.toFixed(2)}: ${isReached ? 'reached' : 'MISSED'}`,
  );
  return isReached ? 0 : 1;
}
