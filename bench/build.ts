// npm run bench -- build: a classic build of 40 steps with a context of 2,000 files, cold and from the cache, and the
// hashing of a context of 100 MB beside node:crypto; then Dockerfiles parsed, beside dockerfile-ast. The same build with
// a real daemon, where one answers.
import { createHash } from 'node:crypto';
import { ContextFiles } from '../src/build/classic/contextFiles.ts';
import { MemorySource } from '../src/bytes/byteSource.ts';
import type { Platform } from '../src/bytes/platform.ts';
import { nodePlatform } from '../src/platform/node.ts';
import { webPlatform } from '../src/platform/web.ts';
import { buildWithDaemon } from './buildDaemon.ts';
import { bootLabMachine, type FileTree } from './labMachine.ts';
import { blobOf } from './machineWork.ts';
import { fastest, megabytes, milliseconds } from './measure.ts';
import { USTAR_END, ustarHeader } from './ustar.ts';

const STEPS = 40;
const CONTEXT_FILES = 2_000;
const CONTEXT_BYTES = 100e6;
const ROUNDS = 3;
const BUILD = 'DOCKER_BUILDKIT=0 docker build';

let missed = 0;
// No await at the top: what the machine loads when it is needed imports this very bundle.
void compareAll();

async function compareAll(): Promise<void> {
  const { cachedMs } = await buildSimulated();
  await compareDaemon(cachedMs);
  await compareHashing();
  await import('./dockerfile.ts');
  if (missed > 0) process.exitCode = 1;
}

async function buildSimulated(): Promise<{ readonly cachedMs: number }> {
  const machine = bootLabMachine();
  machine.place('/data', contextTree());
  machine.place('/large', largeTree());
  await machine.run('docker pull -q busybox');
  const cold = await machine.run(`${BUILD} -t app /data`);
  requireOutput(cold.output, `Step ${STEPS}/${STEPS}`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const cached = await machine.run(`${BUILD} -t app /data`);
    const hits = cached.output.split('Using cache').length - 1;
    if (hits !== STEPS - 1) throw new Error(`${hits} of ${STEPS - 1} steps came from the cache`);
    times.push(cached.wallMs);
  }
  const cachedMs = fastest(times);
  console.log(
    `${STEPS} steps, ${CONTEXT_FILES} files: cold ${milliseconds(cold.wallMs)}, from the cache ${milliseconds(cachedMs)}`,
  );
  const large = await machine.run(`${BUILD} -t large /large`);
  const again = await machine.run(`${BUILD} -t large /large`);
  requireOutput(again.output, 'Using cache');
  const size = megabytes(CONTEXT_BYTES);
  console.log(`${size} of context: cold ${milliseconds(large.wallMs)}, from the cache ${milliseconds(again.wallMs)}`);
  await machine.halt();
  return { cachedMs };
}

/** The same folder with a daemon that builds classically. */
async function compareDaemon(cachedMs: number): Promise<void> {
  try {
    const { version, coldMs, cachedMs: real } = await buildWithDaemon(contextTree());
    console.log(`  dockerd ${version}: cold ${milliseconds(coldMs)}, from the cache ${milliseconds(real)}`);
    checkAtMost('from the cache, against it', cachedMs / real, 0.2);
  } catch (error) {
    const reason = (error as Error).message.trim().split('\n').at(-1) ?? '';
    console.log(`  a real daemon is left out: ${reason}`);
  }
}

/** The sums of a context, as the cache asks for them; in the page and in Node. */
async function compareHashing(): Promise<void> {
  const tree = largeTree();
  const tar = Buffer.concat([...tarParts(tree), USTAR_END]);
  const native = await rate(() => {
    const hash = createHash('sha256');
    for (const bytes of tree.values()) hash.update(bytes);
    hash.digest();
  });
  console.log(`hashing ${megabytes(CONTEXT_BYTES)} of context: node:crypto ${native.toFixed(0)} MB/s`);
  const platforms: Readonly<Record<string, Platform>> = {
    'in Node': nodePlatform(),
    "with the page's hash": webPlatform(),
  };
  for (const [where, platform] of Object.entries(platforms)) {
    const ours = await rate(async () => {
      const context = await ContextFiles.read(new MemorySource(tar), { platform }, 'plain');
      for (const file of context.below('')) await file.sum();
    });
    const what = `hashing ${where}, ${ours.toFixed(0)} MB/s, against it`;
    checkAtLeast(what, ours / native, 0.5);
  }
}

/** MB of context a second. */
async function rate(run: () => Promise<void> | void): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    await run();
    times.push(performance.now() - startMs);
  }
  return CONTEXT_BYTES / 1e3 / fastest(times);
}

/** COPY of folders and files, RUN and what only changes the config, by turns. */
function contextTree(): FileTree {
  const lines = ['FROM busybox', 'WORKDIR /app'];
  for (let step = 0; lines.length < STEPS - 1; step++) {
    lines.push(
      [
        `COPY src/d${step % 20} /app/d${step}`,
        `RUN echo ${step} > /app/step${step}`,
        `ENV STEP${step}=${step}`,
        `LABEL l${step}=${step}`,
      ][step % 4] as string,
    );
  }
  lines.push('COPY . /app/all');
  const encoder = new TextEncoder();
  const tree = new Map([['Dockerfile', encoder.encode(`${lines.join('\n')}\n`)]]);
  for (let i = 0; i < CONTEXT_FILES - 1; i++)
    tree.set(`src/d${i % 20}/f${i}.txt`, encoder.encode(`file ${i}\n`.repeat(1 + (i % 200))));
  return tree;
}

/** 100 files of 1 MB. */
function largeTree(): FileTree {
  const blob = blobOf(CONTEXT_BYTES / 100);
  const tree = new Map([['Dockerfile', new TextEncoder().encode('FROM busybox\nCOPY . /app\n')]]);
  for (let i = 0; i < 100; i++) {
    const bytes = blob.slice();
    bytes[0] = i;
    tree.set(`f${i}.bin`, bytes);
  }
  return tree;
}

function* tarParts(tree: FileTree): Iterable<Uint8Array> {
  for (const [name, bytes] of tree) {
    yield ustarHeader({ name, type: 'file', mode: 0o644, sizeBytes: bytes.length, mtimeSec: 0 });
    yield bytes;
    yield new Uint8Array((512 - (bytes.length % 512)) % 512);
  }
}

function requireOutput(output: string, wanted: string): void {
  if (!output.includes(wanted)) throw new Error(`the build printed no "${wanted}": ${output.slice(-500)}`);
}

function checkAtLeast(what: string, value: number, target: number): void {
  report(what, value, `≥ ${target}`, value >= target);
}

function checkAtMost(what: string, value: number, target: number): void {
  report(what, value, `≤ ${target}`, value <= target);
}

function report(what: string, value: number, target: string, isReached: boolean): void {
  console.log(`  ${what}: ${value.toFixed(2)}  target ${target}: ${isReached ? 'reached' : 'MISSED'}`);
  if (!isReached) missed++;
}
