// npm run bench -- mount: `palimpsest mount` beside the kernel's own overlay on tmpfs: find(1) over 110,000 names, and
// reading a file from an uncompressed archive. Needs Linux, root, /dev/fuse and `npm run build:cli`.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastest } from './measure.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';
import { directoryPaths, fileBody, filePaths } from './vfsTree.ts';

const PROGRAM = process.env.PALIMPSEST_PROGRAM ?? join(process.cwd(), 'dist/cli/palimpsest.js');
const INSIDE = 'PALIMPSEST_BENCH_NAMESPACE';
const ROUNDS = 5;
const BIG_BYTES = 512 * 2 ** 20;
const READ_BYTES = 2 ** 20;
const MAX_FIND_RATIO = 5;
const MIN_READ_MB_PER_SEC = 300;
const mtimeSec = 1_700_000_000;

const obstacle = obstacleHere();
if (obstacle !== undefined) {
  console.error(`bench mount: ${obstacle}`);
  process.exit(2);
}
// What is mounted in a namespace of its own goes with the process, however that ends.
if (process.env[INSIDE] === undefined) {
  const command = ['--mount', '--propagation', 'private', process.execPath, process.argv[1] as string];
  const run = spawnSync('unshare', command, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
  process.exit(run.status ?? 1);
}
const scratch = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
let missed = 0;
try {
  await compare();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(missed === 0 ? 0 : 1);

function obstacleHere(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'this takes Linux and root';
  if (!existsSync('/dev/fuse')) return '/dev/fuse is not there';
  return existsSync(PROGRAM) ? undefined : 'npm run build:cli comes first';
}

async function compare(): Promise<void> {
  const [tree, big] = [join(scratch, 'tree.tar'), join(scratch, 'big.tar')];
  writeTree(tree);
  writeBig(big);
  const kernelMs = kernelFinds(tree);
  console.log(`find over the kernel's overlay, each mounted afresh: ${shown(kernelMs)}`);
  for (const access of ['--ro', '--options=redirect_dir=off']) {
    const [first, again] = await ourFinds(tree, access);
    const what = access === '--ro' ? 'read-only' : 'writable';
    console.log(`find over ours, ${what}: first ${shown(first)}; again ${shown(again)}`);
    const ratio = fastest(first) / fastest(kernelMs);
    check(`first find, ${what}, against the kernel's`, ratio, ratio <= MAX_FIND_RATIO, `≤ ${MAX_FIND_RATIO}`);
    const mbPerSec = await ourReads(big, access);
    console.log(
      `reading ${BIG_BYTES / 2 ** 20} MiB, ${what}, MB/s: ${mbPerSec.map((value) => value.toFixed(0)).join(' ')}`,
    );
    const best = Math.max(...mbPerSec);
    check(`MB/s of a first read, ${what}`, best, best >= MIN_READ_MB_PER_SEC, `≥ ${MIN_READ_MB_PER_SEC}`);
  }
}

function kernelFinds(tree: string): number[] {
  const base = join(scratch, 'kernel');
  mkdirSync(base);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2g,nr_inodes=0', 'palimpsest-bench', base]);
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(base, name));
  execFileSync('tar', ['-C', join(base, 'lower'), '-xf', tree]);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const options = 'lowerdir=lower,upperdir=upper,workdir=work';
    execFileSync('mount', ['-t', 'overlay', '-o', options, 'palimpsest-bench', 'merged'], { cwd: base });
    times.push(findMs(join(base, 'merged')));
    execFileSync('umount', [join(base, 'merged')]);
  }
  execFileSync('umount', [base]);
  return times;
}

/** Milliseconds of the first walk of each mount, and of the second. */
async function ourFinds(tree: string, access: string): Promise<[number[], number[]]> {
  const [first, again]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    await mounted(tree, access, (folder) => {
      first.push(findMs(folder));
      again.push(findMs(folder));
    });
  }
  return [first, again];
}

/** The archive lies in the page cache, the mount has read nothing yet. */
async function ourReads(big: string, access: string): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    readMs(big);
    await mounted(big, access, (folder) => {
      rates.push(BIG_BYTES / 1000 / readMs(join(folder, 'big')));
    });
  }
  return rates;
}

async function mounted(archive: string, access: string, use: (folder: string) => void): Promise<void> {
  const folder = join(scratch, 'mounted');
  mkdirSync(folder, { recursive: true });
  const server: ChildProcess = spawn(process.execPath, [PROGRAM, 'mount', access, archive, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  while (spawnSync('mountpoint', ['-q', folder]).status !== 0) {
    if (server.exitCode !== null) throw new Error('the mount failed');
    await sleep(20);
  }
  use(folder);
  execFileSync('umount', [folder]);
  await ended;
}

function findMs(folder: string): number {
  const startMs = performance.now();
  const { status } = spawnSync('find', [folder], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`find ended with ${status}`);
  return performance.now() - startMs;
}

function readMs(path: string): number {
  const buffer = new Uint8Array(READ_BYTES);
  const startMs = performance.now();
  const file = openSync(path, 'r');
  let bytes = 0;
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) bytes += read;
  closeSync(file);
  if (bytes < BIG_BYTES) throw new Error(`${path} has ${bytes} bytes`);
  return performance.now() - startMs;
}

function writeTree(path: string): void {
  const parts: Uint8Array[] = [];
  for (const name of directoryPaths())
    parts.push(ustarHeader({ name: `${name.slice(1)}/`, type: 'directory', mode: 0o755, sizeBytes: 0, mtimeSec }));
  for (const [index, name] of filePaths().entries()) {
    const body = fileBody(index);
    const header = ustarHeader({ name: name.slice(1), type: 'file', mode: 0o644, sizeBytes: body.length, mtimeSec });
    parts.push(header, body, ustarPadding(body.length));
  }
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([...parts, USTAR_END]));
  closeSync(file);
}

function writeBig(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, ustarHeader({ name: 'big', type: 'file', mode: 0o644, sizeBytes: BIG_BYTES, mtimeSec }));
  const piece = Uint8Array.from({ length: READ_BYTES }, (_, i) => (i * 167 + (i >>> 8)) & 0xff);
  for (let at = 0; at < BIG_BYTES; at += READ_BYTES) writeSync(file, piece);
  writeSync(file, USTAR_END);
  closeSync(file);
}

function shown(times: readonly number[]): string {
  return `${times.map((ms) => ms.toFixed(0)).join(' ')} ms`;
}

function check(what: string, value: number, isReached: boolean, target: string): void {
  console.log(`  ${what}: ${value.toFixed(1)}  target ${target}: ${isReached ? 'reached' : 'MISSED'}`);
  if (!isReached) missed++;
}
