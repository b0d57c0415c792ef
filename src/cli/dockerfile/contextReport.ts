import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import {
  type ContextClient,
  ContextFilter,
  ignoreFileNames,
  withBuildFiles,
} from '../../build/context/contextFilter.ts';
import { type IgnoreLine, readIgnoreFile } from '../../build/context/ignoreFile.ts';
import { type ContextEntry, selectEntries } from '../../build/context/selectEntries.ts';
import { decodeName, encodeName } from '../../bytes/byteName.ts';
import type { CommandContext } from '../command.ts';
import { type ReadingContext, readTextIfThere } from './readDockerfile.ts';

/** The ignore file that goes with a Dockerfile in a context. */
export interface FoundIgnoreFile {
  readonly path: string | undefined;
  readonly lines: readonly IgnoreLine[];
}

export interface LeftOut {
  readonly path: string;
  readonly isDirectory: boolean;
  /** The line of the ignore file that decides. */
  readonly pattern: string;
  readonly line: number | undefined;
}

export interface ContextReport {
  readonly directory: string;
  readonly ignoreFile: string | undefined;
  readonly sentEntries: number;
  readonly sentBytes: number;
  /** The first so many; what lies below a directory that is left out is not looked at. */
  readonly leftOut: readonly LeftOut[];
  readonly leftOutCount: number;
  /** What could not be read. */
  readonly unreadable: readonly string[];
}

/** Paths kept of what is left out. */
const MAX_LEFT_OUT = 1_000;

/** `Dockerfile.dockerignore` beside the Dockerfile (BuildKit), else `.dockerignore` at the context's top. */
export async function findIgnoreFile(
  dockerfile: string,
  directory: string,
  client: ContextClient,
  context: ReadingContext,
): Promise<FoundIgnoreFile> {
  for (const [index, name] of ignoreFileNames(dockerfile, client).entries()) {
    const isBeside = client === 'buildkit' && index === 0;
    if (isBeside && dockerfile === '-') continue;
    const path = isBeside ? name : join(directory, name);
    const text = await readTextIfThere(path, context);
    if (text !== undefined) return { path, lines: readIgnoreFile(text) };
  }
  return { path: undefined, lines: [] };
}

/** Walks the folder as the client would. Symbolic links are sent as they are, never followed. */
export async function reportContext(
  dockerfile: string,
  directory: string,
  client: ContextClient,
  ignore: FoundIgnoreFile,
  context: CommandContext,
): Promise<ContextReport> {
  const patterns = ignore.lines.map((line) => line.pattern);
  const filter = new ContextFilter(
    client === 'classic' ? withBuildFiles(patterns, pathInContext(dockerfile, directory)) : patterns,
    client,
  );
  const lineOf = linesByPattern(ignore.lines);
  const sizes = new Map<string, number>();
  const unreadable: string[] = [];
  const list = async (path: string) => await readEntries(directory, path, sizes, unreadable);
  const leftOut: LeftOut[] = [];
  const counts = { sentEntries: 0, sentBytes: 0, leftOutCount: 0 };
  for await (const { path, isDirectory, sent } of selectEntries({ list }, filter)) {
    context.signal.throwIfAborted();
    if (sent) {
      counts.sentEntries++;
      counts.sentBytes += sizes.get(path) ?? 0;
    } else {
      counts.leftOutCount++;
      if (leftOut.length < MAX_LEFT_OUT) {
        const pattern = filter.matcher.decidingPattern(path)?.text ?? '';
        leftOut.push({ path, isDirectory, pattern, line: lineOf.get(pattern) });
      }
    }
    sizes.delete(path);
  }
  return { directory, ignoreFile: ignore.path, ...counts, leftOut, unreadable };
}

function pathInContext(dockerfile: string, directory: string): string | undefined {
  if (dockerfile === '-') return undefined;
  const path = relative(resolve(directory), resolve(dockerfile));
  return path.startsWith('..') ? undefined : path.split(sep).join('/');
}

function linesByPattern(lines: readonly IgnoreLine[]): Map<string, number> {
  return new Map(lines.map(({ pattern, line }) => [pattern.replace(/^!/, ''), line]));
}

async function readEntries(
  directory: string,
  path: string,
  sizes: Map<string, number>,
  unreadable: string[],
): Promise<ContextEntry[]> {
  // Names are bytes: a folder's name need not be UTF-8.
  const folder = Buffer.concat([Buffer.from(`${directory}/`), encodeName(path)]);
  let found: { readonly name: Buffer; isDirectory(): boolean; isFile(): boolean }[];
  try {
    found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (path === '') throw error;
    unreadable.push(path);
    return [];
  }
  const entries: ContextEntry[] = [];
  for (const entry of found.sort((a, b) => Buffer.compare(a.name, b.name))) {
    const name = decodeName(entry.name);
    entries.push({ name, isDirectory: entry.isDirectory() });
    if (!entry.isFile()) continue;
    const below = path === '' ? name : `${path}/${name}`;
    try {
      sizes.set(below, (await lstat(Buffer.concat([folder, Buffer.from('/'), entry.name]))).size);
    } catch {
      unreadable.push(below);
    }
  }
  return entries;
}
