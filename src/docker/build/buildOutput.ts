import { encodeName } from '../../bytes/byteName.ts';
import type { BuildOutput, BuiltTree } from '../../build/buildkit/buildkitOptions.ts';
import type { SourceFile } from '../../build/classic/contextFiles.ts';
import { sizeText } from '../../build/buildkit/sizeText.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import { familiarForm, parseReference, withDefaultTag } from '../../image/reference.ts';
import type { ProgressMessage } from '../../engine/progress.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { type TarMemberWithContent, writeTar } from '../../tar/writeTar.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { type Client, ClientError } from '../client.ts';
import { OutputFile } from '../outputFile.ts';
import { transferSize } from './transferSize.ts';
import { absolutePath } from '../../shell/absolutePath.ts';

/** `--output`: nothing is an image; `DIR` and `type=local` a folder; `-` and `type=tar` an archive of files; `type=oci`
 *  and `type=docker` with a destination an archive of the image. Throws ClientError. */
export function buildOutput(client: Client, given: readonly string[]): BuildOutput {
  const [text] = given;
  if (text === undefined) return { kind: 'image' };
  if (given.length > 1) throw new ClientError('multiple outputs currently unsupported');
  const { type, dest, pushes } = readOutput(text);
  if (pushes && type !== 'image' && type !== 'registry')
    throw new ClientError(`push and "${type}" output can't be used together`);
  switch (type) {
    case 'docker':
    case 'oci':
      if (dest !== '') return archiveOutput(client, type, dest);
      if (type === 'docker') return { kind: 'image' };
      return archiveOutput(client, type, '-');
    case 'image':
      if (dest !== '') throw new ClientError('dest is not supported for image output');
      return pushes ? pushedImage(client) : { kind: 'image' };
    case 'registry':
      return pushedImage(client);
    case 'cacheonly':
      return { kind: 'nothing' };
    case 'tar': {
      const file = new OutputFile(client.process, dest === '-' ? '' : dest, 'failed to write tar');
      return {
        kind: 'tree',
        message: () => 'sending tarball done',
        write: ({ files }) => file.write(writeTar(treeMembers(files.below('')))),
      };
    }
    case 'local': {
      if (dest === '') throw new ClientError('dest is required for local output');
      const folder = absolutePath(client.process.cwd, dest);
      return {
        kind: 'tree',
        message: (files) => `copying files ${sizeText(transferSize({}, folder, files.below('')))} done`,
        write: (tree) => writeFolder(client.process, folder, tree),
      };
    }
    default:
      throw new ClientError(`output type "${type}" is not simulated`);
  }
}

function archiveOutput({ process }: Client, format: 'oci' | 'docker', dest: string): BuildOutput {
  const stat = dest === '-' ? undefined : calls.statIfThere(process, dest);
  if (stat && isDirectory(stat.mode))
    throw new ClientError(`destination file for "${format}" exporter must be a file: ${dest}`);
  const file = new OutputFile(process, dest === '-' ? '' : dest, `failed to write ${format}`);
  return { kind: 'archive', format, write: (chunks) => file.write(chunks) };
}

/** An image that is pushed under each of its names, as buildx has the daemon do it. */
export function pushedImage({ engine, config, process }: Client): BuildOutput {
  return {
    kind: 'image',
    push: async (tag, tell) => {
      const name = familiarForm(withDefaultTag(parseReference(tag)));
      const lines: string[] = [];
      await engine.images.push(
        { reference: name, login: config.loginFor(tag) },
        (message) => {
          const line = pushLine(message);
          if (line !== undefined && !lines.includes(line)) lines.push(line);
        },
        process.signal,
      );
      for (const line of lines) await tell(line);
    },
  };
}

/** What is told of a layer when it is done. */
function pushLine(message: ProgressMessage): string | undefined {
  if (!('id' in message) || message.id === undefined || !('status' in message)) return undefined;
  const isDone = ['Pushed', 'Layer already exists'].includes(message.status) || message.status.startsWith('Mounted');
  return isDone ? `pushing layer ${message.id} done` : undefined;
}

/** Options that change nothing here. */
const PLAIN_OPTIONS = new Set(['unpack', 'tar']);

function readOutput(text: string): { readonly type: string; readonly dest: string; readonly pushes: boolean } {
  const fields = csvFields(text);
  if (fields.length === 1 && fields[0] === text && !text.startsWith('type=')) {
    return { type: text === '-' ? 'tar' : 'local', dest: text, pushes: false };
  }
  const values = new Map<string, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 0) throw new ClientError(`invalid value ${field}`);
    values.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  const type = values.get('type') ?? '';
  if (type === '') throw new ClientError('type is required for output');
  for (const [name, value] of values) {
    const isPlain = name === 'compression' && value === 'uncompressed';
    if (!['type', 'dest', 'push'].includes(name) && !PLAIN_OPTIONS.has(name) && !isPlain)
      throw new ClientError(`output option "${name}" is not simulated`);
  }
  if (values.get('tar') === 'false') throw new ClientError('output option "tar=false" is not simulated');
  return { type, dest: values.get('dest') ?? '', pushes: values.get('push') === 'true' };
}

/** Files as the members of a tar. */
export async function* treeMembers(files: Iterable<SourceFile>): AsyncGenerator<TarMemberWithContent> {
  for (const { path, kind, mode, uid, gid, mtime, sizeBytes, linkTarget, content } of files) {
    const common = { mode, uid, gid, mtimeSec: mtime.sec, sizeBytes: 0 };
    if (kind === 'directory') yield { member: { ...common, type: 'directory', name: encodeName(`${path}/`) } };
    else if (kind === 'symlink')
      yield { member: { ...common, type: 'symlink', name: encodeName(path), linkName: encodeName(linkTarget) } };
    else yield { member: { ...common, type: 'file', name: encodeName(path), sizeBytes }, content: content.stream() };
  }
}

/** The client makes the files, as who runs it. */
async function writeFolder(process: Process, folder: string, { files }: BuiltTree): Promise<void> {
  calls.makeDirectories(process, folder, 0o755);
  for (const file of files.below('')) {
    if (process.isDue) await process.pause();
    const path = `${folder}/${file.path}`;
    if (file.kind === 'directory') {
      calls.makeDirectories(process, path, 0o755);
      calls.chmod(process, path, file.mode);
      continue;
    }
    if (calls.lstatIfThere(process, path)) calls.unlink(process, path);
    if (file.kind === 'symlink') calls.symlink(process, file.linkTarget, path);
    else {
      await writeOne(process, path, file);
      calls.chmod(process, path, file.mode);
    }
    calls.lutimes(process, path, file.mtime, file.mtime);
  }
}

async function writeOne(process: Process, path: string, { content, mode }: SourceFile): Promise<void> {
  const open = await calls.open(process, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    for await (const chunk of content.stream()) await open.write(chunk.slice());
  } finally {
    open.close();
  }
}
