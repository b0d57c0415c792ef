import type { PathStat } from '../../engine/containerCalls.ts';
import { EngineError } from '../../engine/engineError.ts';
import { extractTar } from '../../engine/extractTar.ts';
import { treeMembers } from '../../engine/treeTar.ts';
import { lstat, lstatIfThere, readlink, realpath, stat, statIfThere } from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { writeTar } from '../../tar/writeTar.ts';
import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import {
  type Client,
  ClientError,
  type CommandCall,
  type DockerCommand,
  fileErrorText,
  readStream,
} from '../client.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { type CopyTarget, planCopy } from '../copy/copyPlan.ts';
import { absolutePath } from '../../shell/absolutePath.ts';
import { keepEnding, namesContent, splitPath } from '../copy/paths.ts';
import { printStream } from '../outputFile.ts';
import { humanSize } from '../humanUnits.ts';

interface Place {
  readonly container: string | undefined;
  readonly path: string;
}

export const cp: DockerCommand = {
  flags: ['archive', 'follow-link', 'quiet'],
  async run(call) {
    const [source = '', destination = ''] = call.arguments;
    if (source === '') throw new ClientError('source can not be empty');
    if (destination === '') throw new ClientError('destination can not be empty');
    const from = placeOf(source);
    const to = placeOf(destination);
    if (from.container !== undefined && to.container !== undefined) {
      throw new ClientError('copying between containers is not supported');
    }
    if (from.container !== undefined) return copyOut(call, from.container, from.path, to.path);
    if (to.container !== undefined) return copyIn(call, from.path, to.container, to.path);
    throw new ClientError('must specify at least one container source');
  },
};

/** `CONTAINER:PATH`, or a path of the host where it begins with a slash or a dot. Without a name before the colon the
 *  path is the host's, too. */
function placeOf(text: string): Place {
  const colon = text.indexOf(':');
  if (text.startsWith('/') || text.startsWith('.') || colon < 0) return { container: undefined, path: text };
  return { container: text.slice(0, colon) || undefined, path: text.slice(colon + 1) };
}

function isQuiet({ client, flags }: CommandCall): boolean {
  return flags.has('quiet') ? flags.isOn('quiet') : !client.terminal(1);
}

// From a container

async function copyOut(call: CommandCall, name: string, source: string, typed: string): Promise<number> {
  const { client, flags } = call;
  const { process, engine } = client;
  const target = typed === '-' ? '-' : keepEnding(absolutePath(process.cwd, typed), typed);
  if (target !== '-') checkOutput(process, target);
  const followed = flags.isOn('follow-link') ? followedInContainer(client, name, source) : { path: source };
  const { stat: found, tar } = engine.containers.readArchive(name, followed.path);
  if (target === '-') {
    await printStream(process, tar);
    return 0;
  }
  const counter = new ByteCounter(tar);
  const top = found.name;
  const sourceName = followed.newName ?? splitPath(followed.path).base;
  const plan = planCopy({ name: sourceName, isDirectory: isDirectory(found.mode) }, hostTarget(process, target));
  await extractTar(engine, process, plan.directory, counter.chunks(), {
    refusesKindChange: true,
    owner: process.credentials,
    rename: (member) => renamed(member, top, plan.name),
  });
  if (!isQuiet(call)) {
    await client.complain(`Successfully copied ${humanSize(counter.sizeBytes, 3)} to ${target}\n`);
  }
  return 0;
}

/** The root's own name is a slash. */
function renamed(member: string, top: string, name: string): string {
  if (top === '/') return [name, member.replace(/^\/+/, '')].filter((part) => part !== '').join('/');
  return member === top || member.startsWith(`${top}/`) ? name + member.slice(top.length) : member;
}

function checkOutput(process: Process, path: string): void {
  const { directory } = splitPath(namesContent(path) ? path.slice(0, -2) : path);
  if (!statIfThere(process, directory)) {
    throw new ClientError(`invalid output path: directory ${quoteGo(directory)} does not exist`);
  }
  const found = statIfThere(process, path);
  if (found && !isDirectory(found.mode) && !isRegular(found.mode)) {
    throw new ClientError(`invalid output path: ${quoteGo(path)} must be a directory or a regular file: got a device`);
  }
}

function hostTarget(process: Process, path: string): CopyTarget {
  const clean = absolutePath('/', path);
  const found = lstatIfThere(process, clean);
  if (!found) return { path, kind: 'missing' };
  if (!isSymlink(found.mode)) return { path, kind: isDirectory(found.mode) ? 'directory' : 'other' };
  // What the link leads to is written, or made.
  const end = endOfLinks(process, clean);
  if (!lstatIfThere(process, end)) return { path: end, kind: 'missing' };
  try {
    const real = realpath(process, clean);
    return { path: real, kind: isDirectory(stat(process, real).mode) ? 'directory' : 'other' };
  } catch (error) {
    if (error instanceof VfsError) return { path, kind: 'missing' };
    throw error;
  }
}

/** Where a chain of links ends, whether there is anything or not (moby go-archive, CopyInfoDestinationPath). */
function endOfLinks(process: Process, path: string): string {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = lstatIfThere(process, at);
    if (!found || !isSymlink(found.mode)) break;
    at = absoluteLink(at, readlink(process, at));
  }
  return at;
}

const MAX_LINKS = 10;

function followedInContainer(
  client: Client,
  name: string,
  source: string,
): { readonly path: string; readonly newName?: string } {
  const found = statInContainer(client, name, source);
  if (!found || !isSymlink(found.mode)) return { path: source };
  const target = absoluteLink(source, found.linkTarget);
  const path = namesContent(source) ? `${target}/.` : target;
  const { base } = splitPath(source);
  return splitPath(path).base === base ? { path } : { path, newName: base };
}

function absoluteLink(path: string, target: string): string {
  return target.startsWith('/') ? target : absolutePath(splitPath(path).directory, target);
}

function statInContainer(client: Client, name: string, path: string): PathStat | undefined {
  try {
    return client.engine.containers.statPath(name, path);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

// To a container

async function copyIn(call: CommandCall, typed: string, name: string, destination: string): Promise<number> {
  const { client, flags } = call;
  const { process, engine } = client;
  const target = containerTarget(client, name, destination);
  const options = { copiesOwners: flags.isOn('archive'), refusesDirectoryOverwrite: true };
  if (typed === '-') {
    if (target.kind !== 'directory') throw new ClientError(`destination "${name}:${destination}" must be a directory`);
    await engine.containers.writeArchive(name, target.path, readStream(process, process.file(0)), options);
    return 0;
  }
  const source = hostSource(process, keepEnding(absolutePath(process.cwd, typed), typed), flags.isOn('follow-link'));
  const plan = planCopy(source, target);
  const place = process.mounts.resolve(process, source.path, 'noFollow');
  const counter = new ByteCounter(writeTar(treeMembers(place.mount.filesystem, place.inner, plan.name)));
  await engine.containers.writeArchive(name, plan.directory, counter.chunks(), options);
  if (!isQuiet(call)) {
    await client.complain(`Successfully copied ${humanSize(counter.sizeBytes, 3)} to ${name}:${target.path}\n`);
  }
  return 0;
}

function containerTarget(client: Client, name: string, path: string): CopyTarget {
  const found = statInContainer(client, name, path);
  if (!found) return { path, kind: 'missing' };
  if (!isSymlink(found.mode)) return { path, kind: isDirectory(found.mode) ? 'directory' : 'other' };
  const target = absoluteLink(path, found.linkTarget);
  const behind = statInContainer(client, name, target);
  return { path: target, kind: !behind ? 'missing' : isDirectory(behind.mode) ? 'directory' : 'other' };
}

interface HostSource {
  readonly path: string;
  readonly name: string;
  readonly isDirectory: boolean;
}

function hostSource(process: Process, path: string, follows: boolean): HostSource {
  const clean = absolutePath('/', path);
  const { base } = splitPath(path);
  try {
    // A slash at the end asks for what a link leads to.
    const real = follows || path.endsWith('/') ? realpath(process, clean) : clean;
    return { path: real, name: base, isDirectory: isDirectory(lstat(process, real).mode) };
  } catch (error) {
    if (error instanceof VfsError) throw new ClientError(fileErrorText(missingBehind(process, clean, error), 'lstat'));
    throw error;
  }
}

/** Of a link that leads nowhere, what it names is missing. */
function missingBehind(process: Process, path: string, error: VfsError): VfsError {
  const found = lstatIfThere(process, path);
  if (!found || !isSymlink(found.mode)) return error;
  return new VfsError(error.code, error.syscall, absoluteLink(path, readlink(process, path)));
}

class ByteCounter {
  readonly #source: AsyncIterable<Uint8Array>;
  sizeBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source) {
      this.sizeBytes += chunk.length;
      yield chunk;
    }
  }
}
