// npm run bench -- machine [FOLDER]: the simulated machine beside the shell, coreutils, gzip and tar of this computer, and
// beside just-bash where FOLDER's node_modules has it; images beside a docker daemon where one answers.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { justBash, type Shell } from './justBash.ts';
import { measureKept } from './keptMachine.ts';
import { bootLabMachine, type FileTree, type LabMachine } from './labMachine.ts';
import {
  BLOB_BYTES,
  BLOB_NAME,
  blobOf,
  FILES,
  IMAGE_BYTES,
  SHELL_WORK,
  type ShellWork,
  workTree,
} from './machineWork.ts';
import { fastest, megabytes, milliseconds, runProgram } from './measure.ts';

const ROUNDS = 5;
/** A loop of a just-bash that takes longer is measured once. */
const LONG_MS = 2_000;

interface Measured {
  readonly ms: number;
  readonly output: string;
}

let missed = 0;
const folder = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
// No await at the top: what the machine loads when it is needed imports this very bundle.
void compareAll();

async function compareAll(): Promise<void> {
  try {
    await compareShells();
    await compareImages();
    await wakeKept();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(missed === 0 ? '\nevery target is reached' : `\n${missed} targets are missed`);
  process.exit(missed === 0 ? 0 : 1);
}

async function compareShells(): Promise<void> {
  const tree = new Map([...workTree(), [BLOB_NAME, blobOf(BLOB_BYTES)]]);
  placeReal(folder, tree);
  const machine = bootLabMachine();
  machine.place('/data', tree);
  const peer = await findPeer(tree);
  console.log(`\n${`fastest of ${ROUNDS}, ms`.padEnd(26)}machine    this host  just-bash`);
  for (const work of SHELL_WORK) await compareWork(work, machine, peer);
  await measureRoot(machine);
  await machine.halt();
}

async function compareWork(work: ShellWork, machine: LabMachine, peer: Shell | undefined): Promise<void> {
  const ours = await measure(async () => (await machine.run(`cd /data; ${work.script}`)).output);
  const real = await measure(async () => (await runReal(work.script)).output);
  requireSame(work, ours.output, real.output, 'this host');
  const theirs = peer && (await measurePeer(work, peer, real.output));
  const cells = [ours.ms, real.ms, theirs?.ms].map((ms) => (ms === undefined ? '–' : ms.toFixed(1)).padEnd(11));
  console.log(`${work.name.padEnd(26)}${cells.join('')}${(ours.ms / real.ms).toFixed(2)} x this host's time`);
  if (theirs) check('speed against just-bash', theirs.ms / ours.ms, work.isBinary ? 5 : 2);
}

async function measurePeer(work: ShellWork, peer: Shell, expected: string): Promise<Measured | undefined> {
  try {
    const theirs = await measure(() => peer(work.script));
    requireSame(work, theirs.output, expected, 'this host');
    return theirs;
  } catch (error) {
    console.log(`  just-bash fails: ${(error as Error).message.split('\n')[0] ?? ''}`);
    return undefined;
  }
}

/** Its own files beside the tree: nothing on this host is alike. */
async function measureRoot(machine: LabMachine): Promise<void> {
  const { ms, output } = await measure(async () => (await machine.run('find / | wc -l')).output);
  const names = Number(output);
  console.log(
    `find /                    ${milliseconds(ms)} for ${names} names, ${((ms * 1000) / names).toFixed(1)} µs each`,
  );
}

async function compareImages(): Promise<void> {
  const machine = bootLabMachine();
  const blob = blobOf(IMAGE_BYTES);
  machine.place('/data', new Map([...workTree(), ['big.bin', blob]]));
  placeReal(folder, new Map([['image/big.bin', blob]]));
  await machine.run(
    'docker pull -q busybox; docker create --name holder busybox; docker cp -q /data/big.bin holder:/big.bin',
  );
  await machine.run('docker commit holder big:1; docker rm holder');
  await machine.run('docker create --name changed busybox; docker cp -q /data/tree changed:/tree');
  console.log(`\nimages: ${megabytes(IMAGE_BYTES)} of content, ${FILES} changed files`);
  const save = 'docker save big:1 | wc -c';
  await compareImageWork('docker save', await once(machine, save), 'tar -cf - image | wc -c');
  const load = 'docker save big:1 | gzip | docker load';
  // What the real daemon does at the least: pack, compress, inflate, hash, unpack.
  const floor = 'tar -cf - image | gzip | gunzip | tee hashed.fifo | tar -xf - -C out';
  const real = `mkdir -p out; mkfifo hashed.fifo; sha256sum hashed.fifo > sum & ${floor}; wait`;
  await compareImageWork('save | gzip | load', await once(machine, load), real);
  const commit = await once(machine, 'docker commit changed work:1');
  await compareImageWork('commit, 10k files', commit, 'tar -cf - tree | tee layer.tar | sha256sum');
  await machine.halt();
  await compareDaemon(load);
}

async function wakeKept(): Promise<void> {
  const { images, keepMs, wakeMs } = await measureKept();
  const woke = `usable ${milliseconds(wakeMs)} after its start`;
  console.log(`kept machine, ${images} images    kept in ${milliseconds(keepMs)}, ${woke}`);
  check('starts in 300 ms', 300 / wakeMs, 1);
}

async function once(machine: LabMachine, script: string): Promise<number> {
  return (await machine.run(script)).wallMs;
}

async function compareImageWork(name: string, ms: number, realScript: string): Promise<void> {
  const real = await runReal(realScript);
  const ratio = (ms / real.wallMs).toFixed(2);
  console.log(
    `${name.padEnd(26)}${milliseconds(ms)}, ${ratio} x ${milliseconds(real.wallMs)} of \`${realScript}\` here`,
  );
}

/** The same with a real daemon, where one answers and has busybox. */
async function compareDaemon(load: string): Promise<void> {
  const name = 'palimpsest-bench';
  try {
    await runReal('docker image inspect busybox > /dev/null 2>&1');
  } catch {
    console.log('a real docker daemon      left out: none answers here that has busybox');
    return;
  }
  try {
    await runReal(`docker create --name ${name} busybox && docker cp image/big.bin ${name}:/big.bin`);
    await runReal(`docker commit ${name} big:1 && docker cp tree ${name}:/tree`);
    console.log(`dockerd save | gzip | load ${milliseconds((await runReal(load)).wallMs)}`);
    console.log(`dockerd commit            ${milliseconds((await runReal(`docker commit ${name} ${name}:1`)).wallMs)}`);
  } finally {
    await runReal(`docker rm -f ${name}; docker rmi -f big:1 ${name}:1; true`);
  }
}

/** The fastest of a few runs; of long ones, of one. */
async function measure(run: () => Promise<string>): Promise<Measured> {
  const times: number[] = [];
  let output = '';
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    output = await run();
    times.push(performance.now() - startMs);
    if ((times.at(-1) ?? 0) > LONG_MS) break;
  }
  return { ms: fastest(times), output };
}

function runReal(script: string) {
  return runProgram('bash', ['-c', `export LC_ALL=C; cd '${folder}'; ${script}`]);
}

function placeReal(root: string, tree: FileTree): void {
  for (const [path, bytes] of tree) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
}

async function findPeer(tree: FileTree): Promise<Shell | undefined> {
  const place = process.argv[2];
  if (place !== undefined) return justBash(place, tree);
  console.log('just-bash is left out: name a folder whose node_modules has it');
  return undefined;
}

function requireSame(work: ShellWork, ours: string, real: string, whose: string): void {
  const seen = (output: string) => (work.isPrintedApart ? `${output.trim().split('\n').length} lines` : output.trim());
  if (seen(ours) === seen(real)) return;
  throw new Error(`${work.name}: ${seen(ours).slice(0, 200)} where ${whose} has ${seen(real).slice(0, 200)}`);
}

function check(what: string, value: number, target: number): void {
  const isReached = value >= target;
  console.log(`  ${what}: ${value.toFixed(2)} x  target ≥ ${target}: ${isReached ? 'reached' : 'MISSED'}`);
  if (!isReached) missed++;
}
