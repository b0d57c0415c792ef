import { lstat, mkdir, rm, symlink, utimes, chmod, lutimes } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openArchive } from '../../archive/openArchive.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { BuildOutput } from '../../build/buildkit/buildkitOptions.ts';
import type { SourceFile } from '../../build/classic/contextFiles.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import { encodeName, printableName } from '../../bytes/byteName.ts';
import type { Work } from '../../bytes/platform.ts';
import { treeMembers } from '../../docker/build/buildOutput.ts';
import type { EngineApi } from '../../engine/engineApi.ts';
import { writeTar } from '../../tar/writeTar.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { formatBytes } from '../formatSize.ts';
import { requireNewFile, writeOutput } from '../outputFile.ts';

const TYPES = ['docker', 'oci', 'tar', 'local'] as const;

/** Where the result goes: an archive of the image, or the last stage's tree. */
export interface BuildTarget {
  readonly type: (typeof TYPES)[number];
  /** `-` is standard output. */
  readonly path: string;
}

/** `FILE`, or `type=docker|oci|tar|local,dest=PATH`. Throws CliError. */
export function readTarget(text: string): BuildTarget {
  if (!text.includes('type=')) return { type: 'docker', path: text };
  const values = new Map<string, string>();
  for (const field of csvFields(text)) {
    const at = field.indexOf('=');
    const name = at < 0 ? field : field.slice(0, at);
    if (at < 0 || (name !== 'type' && name !== 'dest'))
      throw new CliError('usage', `--output knows type and dest; not “${field}”`);
    values.set(name, field.slice(at + 1));
  }
  const type = TYPES.find((one) => one === values.get('type'));
  if (!type) throw new CliError('usage', `--output takes the types ${TYPES.join(', ')}; not “${values.get('type')}”`);
  const path = values.get('dest') ?? '';
  if (path === '') throw new CliError('usage', '--output needs dest=PATH');
  if (type === 'local' && path === '-') throw new CliError('usage', 'a folder cannot go to standard output');
  return { type, path };
}

export interface TargetSetup {
  readonly context: CommandContext;
  readonly isForced: boolean;
  readonly isQuiet: boolean;
}

/** Before anything is built. Throws CliError `output` where a file is in the way. */
export async function requireNewTarget({ type, path }: BuildTarget, { isForced }: TargetSetup): Promise<void> {
  if (type !== 'local' && path !== '-') await requireNewFile(path, isForced ? 'replace' : 'refuse');
}

/** What the builder shall give: the image, or its tree, written at once. */
export function treeOutput(target: BuildTarget | undefined, setup: TargetSetup): BuildOutput {
  if (target?.type === 'tar')
    return {
      kind: 'tree',
      message: () => 'sending tarball done',
      write: async ({ files }) => {
        await written(target.path, writeTar(treeMembers(files.below(''))), setup);
      },
    };
  if (target?.type === 'local')
    return {
      kind: 'tree',
      message: () => 'copying files done',
      write: ({ files }) => writeFolder(resolve(target.path), files.below(''), setup),
    };
  return { kind: 'image' };
}

/** Writes the image, named by its tags or its ID. */
export async function writeImage(
  target: BuildTarget,
  names: readonly string[],
  { engine, work }: { readonly engine: EngineApi; readonly work: Work },
  setup: TargetSetup,
): Promise<void> {
  const saved = await engine.images.save(names, work.signal);
  if (target.type === 'docker') {
    await written(target.path, saved, setup);
    return;
  }
  const spool = work.platform.createSpool();
  for await (const chunk of saved) await spool.write(chunk.slice());
  const archive = await openArchive({ fileName: 'image.tar', source: await spool.finish() }, work);
  try {
    const layout = await writeArchive(archive, archive.images, { format: 'oci-layout', layers: 'asStored' }, work);
    await written(target.path, layout.chunks, setup);
  } finally {
    await archive.close();
  }
}

async function written(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { context, isForced, isQuiet }: TargetSetup,
): Promise<void> {
  const sizeBytes = await writeOutput(path, isForced ? 'replace' : 'refuse', chunks, context);
  if (path !== '-' && !isQuiet) await context.errors.text(`${printableName(path)}: ${formatBytes(sizeBytes)}\n`);
}

/** The files become whoever's who writes them; nothing is written through links that are there. */
async function writeFolder(
  folder: string,
  files: Iterable<SourceFile>,
  { context, isForced }: TargetSetup,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const folders: { readonly path: Buffer; readonly file: SourceFile }[] = [];
  for (const file of files) {
    context.signal.throwIfAborted();
    const path = Buffer.concat([Buffer.from(`${folder}/`), encodeName(file.path)]);
    const shown = printableName(file.path);
    const there = await lstat(path).catch(() => undefined);
    if (file.kind === 'directory') {
      if (there && !there.isDirectory()) throw new CliError('build', `${shown} is no folder`);
      if (!there) await mkdir(path);
      folders.push({ path, file });
      continue;
    }
    if (there?.isDirectory()) throw new CliError('build', `${shown} is a folder`);
    if (there && !isForced) throw new CliError('build', `${shown} is there: --force replaces it`);
    if (there) await rm(path);
    if (file.kind === 'symlink') await symlink(Buffer.from(encodeName(file.linkTarget)), path);
    else {
      await pipeline(Readable.from(file.content.stream()), createWriteStream(path, { flags: 'wx' }));
      await chmod(path, file.mode & 0o777);
    }
    await lutimes(path, file.mtime.sec, file.mtime.sec);
  }
  for (const { path, file } of folders.reverse()) {
    await chmod(path, file.mode & 0o777);
    await utimes(path, file.mtime.sec, file.mtime.sec);
  }
}
