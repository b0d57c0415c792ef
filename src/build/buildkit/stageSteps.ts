// The steps of a stage, carried out one after another: each a look into the cache, then work in mounted layers.
import { MemorySource } from '../../bytes/byteSource.ts';
import type { ImageMount } from '../../engine/imageMount.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { BuildError, type LineRange } from '../buildError.ts';
import { cleanPath, type FileSet, type SourceFile } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { ownerOf } from '../classic/ownerOf.ts';
import { writeTar } from '../../tar/writeTar.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import type { AddInstruction, CopyInstruction, Mount } from '../instructions/instruction.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import type { BuildkitOptions, BuildkitSurroundings } from './buildkitOptions.ts';
import { select, type Selected } from './copySelection.ts';
import { type LayerStack, withLayer } from './layerStack.ts';
import { placeSelection } from './placeSelection.ts';
import type { Progress, Step } from './progress.ts';
import { prepareMounts } from './runMounts.ts';
import { whyText } from './whyText.ts';
import { rememberFiles } from '../copiedFiles.ts';
import { type KeyParts, lookUpStep, type StepDecision, stepKey } from './stepCache.ts';

export interface StepSetup {
  readonly options: BuildkitOptions;
  readonly surroundings: BuildkitSurroundings;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly caches: Map<string, OverlayMount>;
  readonly now: () => Timestamp;
  /** As progress names the step: `[stage 2/3] RUN …`. */
  readonly name: string;
  /** Keys of the steps that were carried out in this build, not taken from the cache. */
  readonly built: Set<string>;
  readonly onDecision: (decision: StepDecision) => void;
  /** The files that source `index` of the step names; index -1 is the context. */
  readonly filesOf: (index: number) => Promise<FileSet>;
}

/** A step that went wrong, told with its vertex. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly vertexName: string;
  /** Of the Dockerfile. */
  lines: LineRange | undefined;
  constructor(vertexName: string, message: string, cause: unknown) {
    super(message, { cause });
    this.vertexName = vertexName;
  }
}

/** Carries a step out on top of a stack. Throws StepFailed. */
export async function carryOutStep(step: PlannedStep, base: LayerStack, setup: StepSetup): Promise<LayerStack> {
  const { body } = step.instruction;
  switch (body.kind) {
    case 'RUN':
      return run(step, base, setup);
    case 'COPY':
    case 'ADD':
      return copy(step, body, base, setup);
    case 'WORKDIR': {
      const path = resolveWorkingDir(step.surroundings.workingDir, body.path);
      if (path === '/') return base;
      return cached({ kind: 'mkdir', path }, base, setup, { isIgnored: false }, async (mount) => {
        makeDirectories(mount, `/${cleanPath(path)}`);
      });
    }
    default:
      return base;
  }
}

/** Takes a step from the cache, or does it and keeps what it made. */
async function cached(
  parts: KeyParts,
  base: LayerStack,
  setup: StepSetup,
  form: { readonly isIgnored: boolean; readonly vertex?: Step },
  work: (mount: OverlayMount, vertex: Step, mounted: ImageMount) => Promise<void>,
): Promise<LayerStack> {
  const { surroundings, name } = setup;
  const { images } = surroundings.engine;
  const key = stepKey({ base: base.key, ...parts }, surroundings.work.platform);
  const isBaseNew = setup.built.has(base.key);
  const { record, decision } = lookUpStep(images, key, { isIgnored: form.isIgnored, isBaseNew });
  const vertex = form.vertex ?? (await setup.progress.start(name));
  surroundings.onCache?.(name, decision);
  setup.onDecision(decision);
  if (surroundings.tellsWhy) await vertex.status(whyText(decision));
  if (record) {
    await vertex.end({ kind: 'cached' });
    return withLayer(base, key.key, record.layers, record.createdAt);
  }
  try {
    setup.signal.throwIfAborted();
    const mounted = images.mount(base.layers);
    await work(mounted.mount, vertex, mounted);
    setup.signal.throwIfAborted();
    const diffId =
      (await mounted.seal(setup.options.layerWriter)) ?? (await images.addLayer(base.layers, writeTar([])));
    const layers = [...base.layers, diffId];
    const createdAt = surroundings.now();
    images.keepStep({ key: key.key, layers, createdAt, description: name });
    setup.built.add(key.key);
    await vertex.end({ kind: 'done' });
    return withLayer(base, key.key, layers, createdAt);
  } catch (error) {
    throw await failed(error, vertex, setup);
  }
}

async function failed(error: unknown, vertex: Step, setup: StepSetup, prefix = ''): Promise<unknown> {
  if (setup.signal.aborted && !(error instanceof StepFailed)) {
    await vertex.end({ kind: 'canceled' });
    return error;
  }
  await vertex.fail(error);
  const message = wordsOf(error);
  return message === undefined ? error : new StepFailed(setup.name, prefix + message, error);
}

/** What can be told to a person; undefined for a bug. */
function wordsOf(error: unknown): string | undefined {
  return error instanceof BuildError || error instanceof EngineError || error instanceof VfsError
    ? error.message
    : undefined;
}

// RUN

async function run(step: PlannedStep, base: LayerStack, setup: StepSetup): Promise<LayerStack> {
  const { surroundings, options, signal } = setup;
  const { body } = step.instruction;
  if (body.kind !== 'RUN') return base;
  const { args, variables, user, workingDir } = step.surroundings;
  const directory = workingDir === '' ? '/' : workingDir;
  let prepared: Awaited<ReturnType<typeof prepareMounts>>;
  try {
    prepared = await prepareMounts(step.mounts, {
      workingDir: directory,
      secrets: options.secrets,
      caches: setup.caches,
      now: setup.now,
      work: surroundings.work,
      filesOf: (_: Mount, index) => setup.filesOf(index),
    });
  } catch (error) {
    throw await failed(error, await setup.progress.start(setup.name), setup, 'failed to compute cache key: ');
  }
  const script = body.files.map(({ name, data }) => `${name} ${data}`).join('\n');
  const env = new Map([...variables.entries()]);
  const parts: KeyParts = {
    kind: 'run',
    command: JSON.stringify(args),
    environment: JSON.stringify([...env]),
    user,
    directory,
    network: body.network,
    mounts: prepared.digest,
    files: script,
  };
  return cached(parts, base, setup, { isIgnored: !options.usesCache }, async (_, vertex, mounted) => {
    const shown = `executor failed running [${args.join(' ')}]`;
    const end = await mounted
      .run({
        args,
        env: new Map([...env, ...prepared.env]),
        workingDir: directory,
        user,
        network: body.network,
        mounts: prepared.mounts,
        onOutput: (stream, bytes) => vertex.output(stream, bytes),
        signal,
      })
      .catch((error: unknown) => {
        if (!(error instanceof EngineError)) throw error;
        throw new BuildError('instruction', `${shown}: ${error.message}`);
      });
    if ('cannotStart' in end) {
      await vertex.line(`runc run failed: unable to start container process: ${end.cannotStart}`);
      throw new BuildError('instruction', failure(shown, args, 1, options));
    }
    if (end.exitCode !== 0) throw new BuildError('instruction', failure(shown, args, end.exitCode, options));
  });
}

function failure(shown: string, args: readonly string[], code: number, { vintage }: BuildkitOptions): string {
  if (vintage === '0.8') return `${shown}: exit code: ${code}`;
  return `process ${JSON.stringify(args.join(' '))} did not complete successfully: exit code: ${code}`;
}

// COPY and ADD

async function copy(
  step: PlannedStep,
  body: AddInstruction | CopyInstruction,
  base: LayerStack,
  setup: StepSetup,
): Promise<LayerStack> {
  const { surroundings, options } = setup;
  const { work } = surroundings;
  const rules = { excludes: body.excludes, keepsParents: body.kind === 'COPY' && body.parents };
  const isUrl = (source: string) => body.kind === 'ADD' && /^https?:\/\//.test(source);
  const local = body.sources.filter((source) => !isUrl(source));
  let selected: readonly Selected[] = [];
  let digest = '';
  try {
    if (local.length > 0) {
      const files = await setup.filesOf(body.kind === 'COPY' && body.from !== '' ? 0 : -1);
      const selection = await select(files, local, rules, work);
      ({ selected, digest } = selection);
      rememberFiles(surroundings.engine.images, digest, selection.sums);
    }
    for (const url of body.sources.filter(isUrl)) {
      const file = await setup.progress.step(url, () => download(url, setup));
      selected = [...selected, file];
      digest += await file.file.sum();
    }
    const inline = body.inline.map(({ name, data }) => inlineFile(name, data, setup));
    selected = [...selected, ...inline];
    for (const { file } of inline) digest += `${file.path} ${await file.sum()}`;
  } catch (error) {
    throw await failed(error, await setup.progress.start(setup.name), setup, 'failed to compute cache key: ');
  }
  const { workingDir } = step.surroundings;
  const destination = destinationOf(workingDir, body.destination);
  const mode = modeOf(body.chmod);
  const parts: KeyParts = {
    kind: body.kind === 'ADD' ? 'add' : 'copy',
    sources: JSON.stringify(body.sources),
    files: digest,
    destination,
    chown: body.chown,
    chmod: body.chmod,
    link: String(body.link),
  };
  return cached(parts, base, setup, { isIgnored: !options.usesCache }, async (mount) => {
    const owner = body.chown === '' ? undefined : await ownerOf(mount, body.chown);
    const isDownload = (one: Selected) => one.files === DOWNLOADS;
    const unpacks = body.kind === 'ADD' && body.unpack !== false;
    const placement = { mount, destination, owner, mode, excludes: body.excludes, work };
    await placeSelection(
      selected.filter((one) => !isDownload(one)),
      { ...placement, unpacks },
    );
    await placeSelection(selected.filter(isDownload), {
      ...placement,
      unpacks: body.kind === 'ADD' && body.unpack === true,
    });
  });
}

/** Files that lie nowhere. */
const DOWNLOADS: FileSet = { find: () => undefined, resolve: () => undefined, below: () => [] };

async function download(url: string, { surroundings }: StepSetup): Promise<Selected> {
  const { name, bytes, modifiedSec } = await surroundings.download(url);
  if (name === '') throw new BuildError('context', `cannot determine filename for source ${url}`);
  return madeFile(name, bytes, { mode: 0o600, mtimeSec: modifiedSec ?? 0 }, surroundings);
}

/** Written as the step is carried out: their time is no part of the key. */
function inlineFile(name: string, data: string, { surroundings, now }: StepSetup): Selected {
  const made = madeFile(name, new TextEncoder().encode(data), { mode: 0o644, mtimeSec: 0 }, surroundings);
  return { ...made, file: { ...made.file, mtime: now() } };
}

function madeFile(
  name: string,
  bytes: Uint8Array,
  { mode, mtimeSec }: { readonly mode: number; readonly mtimeSec: number },
  { work }: BuildkitSurroundings,
): Selected {
  const file: SourceFile = {
    path: name,
    kind: 'file',
    mode,
    uid: 0,
    gid: 0,
    mtime: { sec: mtimeSec, nsec: 0 },
    sizeBytes: bytes.length,
    linkTarget: '',
    content: new MemorySource(bytes),
    sum: async () =>
      digestText(`${name} ${mode} ${mtimeSec} ${new TextDecoder('latin1').decode(bytes)}`, work.platform),
  };
  return { file, files: DOWNLOADS, parents: '' };
}

function modeOf(chmod: string): number | undefined {
  if (chmod === '') return undefined;
  if (/^[0-7]{1,5}$/.test(chmod)) return Number.parseInt(chmod, 8) & 0o7777;
  throw new BuildError(
    'instruction',
    `invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`,
  );
}

/** Absolute; a slash at its end stays. */
function destinationOf(workingDir: string, path: string): string {
  const clean = cleanPath(path.startsWith('/') ? path : `${workingDir}/${path}`);
  const isFolder = path.endsWith('/') || path === '.' || path.endsWith('/.') || clean === '';
  return clean === '' ? '/' : `/${clean}${isFolder ? '/' : ''}`;
}

function makeDirectories(mount: OverlayMount, path: string): void {
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    const part = slash < 0 ? path : path.slice(0, slash);
    try {
      mount.stat(part);
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'ENOENT')) throw error;
      mount.mkdir(part, 0o755);
    }
    if (slash < 0) return;
  }
}
