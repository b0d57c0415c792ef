import { constants, mkdirSync } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { CompanionError } from '../companionError.ts';
import { parseShape, shapesAt, textAt } from '../engines/jsonShapes.ts';
import type { BaseImage, BuildRequest } from '../engines/engine.ts';
import type { BuildOptions } from './buildOptions.ts';
import type { HeadStart } from './enginePool.ts';
import { contextEntries, type ContextEntry, type ContextLimits } from './contextEntries.ts';
import { unpackContext } from './unpackContext.ts';
import { writeLayout } from './writeLayout.ts';

/** Names within a build's folder. */
export const CONTEXT_TAR = 'context.tar';
export const RESULT_TAR = 'result.tar';
const MAX_INDEX_BYTES = 4 * 1024 * 1024;

export interface Preparation {
  readonly build: string;
  readonly user: string;
  /** The build's own folder. */
  readonly folder: string;
  readonly options: BuildOptions;
}

/** A build whose folders are there and whose context is not. */
export interface PlannedBuild extends Preparation {
  readonly request: BuildRequest;
  /** Its program has started. */
  readonly head?: HeadStart | undefined;
}

/** A build as it will be asked for, but for its bases. Makes the folder that its engine works in. */
export function planRequest({ build, user, folder, options }: Preparation): BuildRequest {
  const workFolder = join(folder, 'work');
  mkdirSync(workFolder, { mode: 0o700 });
  return {
    build,
    user,
    contextFolder: join(folder, 'context'),
    contextTar: join(folder, CONTEXT_TAR),
    dockerfile: options.dockerfile,
    target: options.target,
    platform: options.platform,
    tag: options.tag,
    buildArgs: options.buildArgs,
    bases: [],
    noCache: options.noCache,
    sourceDateEpoch: options.sourceDateEpoch,
    resultFile: join(folder, RESULT_TAR),
    workFolder,
  };
}

/** Judges and unpacks a context that was received. Throws CompanionError `context`, `limit`. */
export async function prepareBuild(
  request: BuildRequest,
  { folder, options }: Preparation,
  source: ByteSource,
  limits: ContextLimits,
  signal: AbortSignal,
): Promise<BuildRequest> {
  const entries = await contextEntries(source, limits);
  requireFile(entries, options.dockerfile);
  for (const { folder: layout } of options.bases) requireLayout(entries, layout);
  await unpackContext(entries.values(), source, request.contextFolder, signal);
  const bases = await takeBases(folder, request.contextFolder, options, limits, signal);
  return { ...request, bases };
}

/** Reading through a link could leave the context, so the Dockerfile is a file. */
function requireFile(entries: ReadonlyMap<string, ContextEntry>, path: string): void {
  const kind = entries.get(path)?.kind;
  if (kind === 'file') return;
  throw new CompanionError('context', kind ? `${path} is a ${kind} and no file` : `the context has no ${path}`);
}

/** What buildctl opens by itself must not lead elsewhere. A file is an archive, which is opened later. */
function requireLayout(entries: ReadonlyMap<string, ContextEntry>, folder: string): void {
  if (entries.get(folder)?.kind === 'file') return;
  for (const { path, kind } of entries.values()) {
    if (kind === 'symlink' && (path === folder || path.startsWith(`${folder}/`))) {
      throw new CompanionError('context', `${path}: an image of a base holds no links`);
    }
  }
  if (entries.get(`${folder}/index.json`)?.kind !== 'file') {
    throw new CompanionError('context', `${folder} holds no OCI layout`);
  }
}

/** Moves the layouts out of the context, so that no COPY sees them. */
async function takeBases(
  folder: string,
  contextFolder: string,
  options: BuildOptions,
  limits: ContextLimits,
  signal: AbortSignal,
): Promise<BaseImage[]> {
  const bases: BaseImage[] = [];
  const moved = new Map<string, string>();
  for (const [i, { reference, folder: inside }] of options.bases.entries()) {
    const known = moved.get(inside);
    const layout = known ?? join(folder, `base-${i}`);
    if (known === undefined) await takeBase(join(contextFolder, inside), layout, limits, signal);
    moved.set(inside, layout);
    bases.push({ reference, folder: layout, digest: await manifestDigest(join(layout, 'index.json')) });
  }
  return bases;
}

async function takeBase(from: string, layout: string, limits: ContextLimits, signal: AbortSignal): Promise<void> {
  if ((await lstat(from)).isDirectory()) return rename(from, layout);
  await writeLayout(from, layout, limits, signal);
  await rm(from);
}

async function manifestDigest(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size > MAX_INDEX_BYTES) throw new CompanionError('context', 'the index of a base is too large');
    const [first] = shapesAt(parseShape(await file.readFile('utf8')), 'manifests');
    const digest = textAt(first, 'digest');
    if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw new CompanionError('context', 'the index of a base names no manifest');
    }
    return digest;
  } finally {
    await file.close();
  }
}
