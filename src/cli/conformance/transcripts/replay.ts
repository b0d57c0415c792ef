import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeName } from '../../../bytes/byteName.ts';
import { nodePlatform } from '../../../platform/node.ts';
import { createHost, type Host } from '../../../machine/host.ts';
import { LabNetwork } from '../../../machine/labNetwork.ts';
import { HOST_PROGRAMS } from '../../../machine/hostPrograms.ts';
import { chmod, lutimes, makeDirectories, symlink, writeFile } from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { ROOT } from '../../../vfs/overlay/permission.ts';
import { exceptionOf } from './exceptions.ts';
import { machineState } from './machineState.ts';
import { Matcher, type Mismatch } from './matcher.ts';
import { startServices } from './services.ts';
import { ShellSession } from './shellSession.ts';
import { StepClock } from './stepClock.ts';
import type { StepResult, Transcript, TranscriptFile } from './transcript.ts';

const HOST_NAME = 'dockerhost';
const HOME = '/home/dev';
const WORK = `${HOME}/work`;
const STEP_MS = 1100;
const DISK_BYTES = 16 * 1024 ** 3;
/** When the transcripts were recorded. */
const RECORDED_SEC = 1_795_255_200;
/** A step that takes longer, in real time, hangs. */
const STEP_LIMIT_MS = 60_000;
const SHUT_DOWN_LIMIT_MS = 5000;

export interface StepVerdict {
  readonly index: number;
  readonly cmd: string;
  readonly mismatches: readonly Mismatch[];
}

export interface TranscriptVerdict {
  readonly name: string;
  readonly isBuild: boolean;
  readonly steps: number;
  readonly failed: readonly StepVerdict[];
  /** Steps that differ for a reason that is written down. */
  readonly excepted: readonly (StepVerdict & { readonly reason: string })[];
}

/** Whether a step of it builds an image. */
export function isBuildTranscript({ steps }: Transcript): boolean {
  return steps.some(({ cmd }) =>
    /\bdocker (image |builder )?build(?! --help)\b/.test(cmd.replace(/docker builder build$/, '')),
  );
}

/** Replays a transcript on a machine of its own. `imagesDir` holds the archives of the starting images. */
export async function replay(
  transcript: Transcript,
  imagesDir: string,
  signal: AbortSignal,
): Promise<TranscriptVerdict> {
  const clock = new StepClock(RECORDED_SEC);
  const platform = nodePlatform();
  const network = new LabNetwork();
  network.addHost(HOST_NAME);
  const faults: string[] = [];
  const host = createHost({
    name: HOST_NAME,
    clock,
    random: seededRandom(transcript.name),
    platform,
    vintage: '20.10',
    client: transcript.client.includes('20.10') ? '20.10' : '28',
    network,
    programs: HOST_PROGRAMS,
    diskBytes: DISK_BYTES,
    onFault: (error) => faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
  try {
    const setup = helperProcess(host);
    await layOut(setup, transcript);
    for (const image of transcript.starting_images) await loadImage(host, join(imagesDir, `${image}.tar`), signal);
    startServices(transcript, { host, network, process: setup, platform, imagesDir, workDir: WORK });
    const environment = {
      HOME,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      ...transcript.env,
    };
    const shell = new ShellSession(host, environment, WORK);
    return await runSteps(transcript, { host, clock, shell, faults, signal });
  } finally {
    // A machine that hangs in a step may hang here, too.
    await Promise.race([shutDown(host), leave(SHUT_DOWN_LIMIT_MS)]);
    clock.stop();
  }
}

async function shutDown({ engine, kernel }: Host): Promise<void> {
  await engine.shutDown();
  await kernel.halt();
}

function leave(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs).unref();
  });
}

async function runSteps(
  transcript: Transcript,
  run: {
    readonly host: Host;
    readonly clock: StepClock;
    readonly shell: ShellSession;
    readonly faults: string[];
    readonly signal: AbortSignal;
  },
): Promise<TranscriptVerdict> {
  const { host, clock, shell, faults, signal } = run;
  const matcher = new Matcher();
  const unstable = new Set(transcript.unstable.map(({ step, field }) => `${step}/${field}`));
  const failed: StepVerdict[] = [];
  const excepted: (StepVerdict & { readonly reason: string })[] = [];
  for (const [index, step] of transcript.steps.entries()) {
    clock.advance(STEP_MS);
    let result: StepResult;
    try {
      result = await shell.run(step, AbortSignal.any([signal, AbortSignal.timeout(STEP_LIMIT_MS)]));
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ index, cmd: step.cmd, mismatches: [{ field: 'exit', text: `not finished: ${String(error)}` }] });
      break;
    }
    const mismatches = matcher.step(step, result).filter(({ field }) => !unstable.has(`${index}/${field}`));
    if (step.state && !unstable.has(`${index}/state`)) {
      const problems = matcher.state(step.state, machineState(host.engine));
      mismatches.push(...problems.map((text) => ({ field: 'state', text: `state: ${text}` })));
    }
    mismatches.push(...faults.splice(0).map((text) => ({ field: 'fault', text: `fault of the simulator: ${text}` })));
    if (mismatches.length === 0) continue;
    const verdict = { index, cmd: step.cmd, mismatches };
    const reason = exceptionOf(transcript.name, index);
    if (reason === undefined) failed.push(verdict);
    else excepted.push({ ...verdict, reason });
  }
  const isBuild = isBuildTranscript(transcript);
  return { name: transcript.name, isBuild, steps: transcript.steps.length, failed, excepted };
}

/** Who makes the calls that lay files out. */
function helperProcess({ kernel, namespaces }: Host): Process {
  return kernel.launch(
    { namespaces, argv: ['setup'], env: new Map(), cwd: '/', credentials: ROOT, files: new Map() },
    (process) => process.waitFor(new Promise<number>(() => undefined)),
  );
}

async function layOut(process: Process, { files, mtime }: Transcript): Promise<void> {
  makeDirectories(process, WORK, 0o755);
  const directories = new Set<string>();
  for (const file of files) {
    const path: string = `${WORK}/${file.path}`;
    for (let at = path.indexOf('/', WORK.length + 1); at > 0; at = path.indexOf('/', at + 1)) {
      directories.add(path.slice(0, at));
    }
    if (file.path.endsWith('/')) {
      makeDirectories(process, path.slice(0, -1), 0o755);
      chmod(process, path.slice(0, -1), Number.parseInt(file.mode, 8));
    } else await layOutFile(process, path, file);
    if (!file.path.endsWith('/')) touch(process, path, file.mtime ?? mtime);
  }
  const own = new Map<string, number | undefined>(
    files.map((file) => [`${WORK}/${file.path.replace(/\/$/, '')}`, file.mtime] as const),
  );
  for (const directory of [...directories].sort().reverse()) touch(process, directory, own.get(directory) ?? mtime);
  touch(process, WORK, mtime);
}

async function layOutFile(process: Process, path: string, file: TranscriptFile): Promise<void> {
  makeDirectories(process, path.slice(0, path.lastIndexOf('/')), 0o755);
  if (file.link !== undefined) {
    symlink(process, file.link, path);
    return;
  }
  const bytes =
    file.base64 === undefined ? encodeName(file.text ?? '') : Uint8Array.from(Buffer.from(file.base64, 'base64'));
  await writeFile(process, path, bytes);
  chmod(process, path, Number.parseInt(file.mode, 8));
}

function touch(process: Process, path: string, sec: number): void {
  const time = { sec, nsec: 0 };
  lutimes(process, path, time, time);
}

async function loadImage({ engine }: Host, path: string, signal: AbortSignal): Promise<void> {
  await engine.images.load(createReadStream(path), () => undefined, signal);
}

/** The same bytes for the same name: a run can be repeated. */
function seededRandom(name: string): (length: number) => Uint8Array {
  let state = [...name].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 0x9e3779b9);
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return (mixed ^ (mixed >>> 14)) & 0xff;
    });
}

export async function readTranscript(path: string): Promise<Transcript> {
  return JSON.parse(await readFile(path, 'utf8')) as Transcript;
}
