import { encodeName } from '../../bytes/byteName.ts';
import type { BuildOutput, BuiltTree } from '../../build/buildkit/buildkitOptions.ts';
import type { SourceFile } from '../../build/classic/contextFiles.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { type TarMemberWithContent, writeTar } from '../../tar/writeTar.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { type Client, ClientError } from '../client.ts';
import { OutputFile } from '../outputFile.ts';
import { absolutePath } from '../copy/paths.ts';

/** `--output`: nothing is an image; `DIR` and `type=local` a folder; `-` and `type=tar` an archive. Throws ClientError. */
export function buildOutput(client: Client, given: readonly string[]): BuildOutput {
  const [text] = given;
  if (text === undefined) return { kind: 'image' };
  if (given.length > 1) throw new ClientError('multiple outputs currently unsupported');
  const { type, dest } = readOutput(text);
  switch (type) {
    case 'docker':
    case 'image':
      if (dest === '') return { kind: 'image' };
      throw new ClientError(`output type ${type} with a destination is not simulated: use docker save`);
    case 'tar': {
      const file = new OutputFile(client.process, dest === '-' ? '' : dest, 'failed to write tar');
      return {
        kind: 'tree',
        message: 'sending tarball done',
        write: ({ files }) => file.write(writeTar(treeMembers(files.below('')))),
      };
    }
    case 'local': {
      if (dest === '') throw new ClientError('dest is required for local output');
      const folder = absolutePath(client.process.cwd, dest);
      return {
        kind: 'tree',
        message: 'copying files done',
        write: (tree) => writeFolder(client.process, folder, tree),
      };
    }
    default:
      throw new ClientError(`output type "${type}" is not simulated`);
  }
}

function readOutput(text: string): { readonly type: string; readonly dest: string } {
  const fields = csvFields(text);
  if (fields.length === 1 && fields[0] === text && !text.startsWith('type=')) {
    return text === '-' ? { type: 'tar', dest: '-' } : { type: 'local', dest: text };
  }
  const values = new Map<string, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 0) throw new ClientError(`invalid value ${field}`);
    values.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  const type = values.get('type') ?? '';
  if (type === '') throw new ClientError('type is required for output');
  for (const name of values.keys())
    if (name !== 'type' && name !== 'dest') throw new ClientError(`output option "${name}" is not simulated`);
  return { type, dest: values.get('dest') ?? '' };
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
