import type { BuildOutput } from '../../build/buildkit/buildkitOptions.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';
import { buildOutput } from './buildOutput.ts';

const FILE_MODE = 0o666;

/** `--output` of client 20.10, which asks the daemon's own BuildKit: that has exporters for images of its store, folders
 *  and archives of files, and no other. Throws ClientError. */
export async function clientOutput(client: Client, given: readonly string[]): Promise<BuildOutput> {
  const outputs = given.map(readOutput);
  for (const { type, dest } of outputs) {
    if (type !== 'local' && type !== 'tar') continue;
    if (dest === undefined) throw new ClientError(`dest is required for ${type} output`);
    if (type === 'tar') await openArchive(client, dest);
  }
  const [first] = outputs;
  if (outputs.length > 1) throw new ClientError('Error response from daemon: multiple outputs not supported');
  if (!first || first.type === 'moby') return { kind: 'image' };
  const { type, dest = '' } = first;
  if (type === 'cacheonly') return { kind: 'nothing' };
  if (type === 'local' || type === 'tar')
    return buildOutput(client, [`type=${type},"dest=${dest.replaceAll('"', '""')}"`]);
  throw new ClientError(`Error response from daemon: exporter ${JSON.stringify(type)} could not be found`);
}

/** The file is made before anything is asked of the daemon. */
async function openArchive(client: Client, dest: string): Promise<void> {
  if (dest === '-') {
    if (client.terminal(1)) throw new ClientError('refusing to write output to console');
    return;
  }
  try {
    (await calls.open(client.process, dest, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE)).close();
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    throw new ClientError(`failed to open ${dest}: ${fileErrorText(error, 'open')}`);
  }
}

function readOutput(text: string): { readonly type: string; readonly dest: string | undefined } {
  const fields = csvFields(text);
  if (fields.length === 1 && fields[0] === text && !text.startsWith('type='))
    return { type: text === '-' ? 'tar' : 'local', dest: text };
  const values = new Map<string, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 0) throw new ClientError(`failed to parse outputs: invalid value ${field}`);
    values.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  const type = values.get('type') ?? '';
  if (type === '') throw new ClientError('failed to parse outputs: type is required for output');
  return { type, dest: values.get('dest') };
}
