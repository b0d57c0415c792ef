import { splitVariable } from '../../build/expand/environment.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import { encodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';

/** `id=NAME[,src=FILE][,env=NAME][,type=file|env]`: an ID alone is that of a variable, else of a file (buildkit
 *  session/secrets/secretsprovider). Throws ClientError. */
export async function readSecrets(client: Client, given: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const text of given) {
    const { id, path, variable } = readSpec(text);
    if (id === '') throw new ClientError('secret missing ID');
    const isAlone = path === '' && variable === '';
    const name = isAlone && client.process.env.has(id) ? id : variable;
    if (name === '') secrets.set(id, await fileOf(client, path || id));
    else secrets.set(id, encodeName(client.environment(name)));
  }
  return secrets;
}

function readSpec(text: string): { readonly id: string; readonly path: string; readonly variable: string } {
  const values = new Map<string, string>();
  for (const field of csvFields(text)) {
    const [name, value] = splitVariable(field);
    if (!field.includes('=')) throw new ClientError(`invalid field '${field}' must be a key=value pair`);
    const key = name.toLowerCase() === 'source' ? 'src' : name.toLowerCase();
    if (key === 'type' && value !== 'file' && value !== 'env')
      throw new ClientError(`unsupported secret type ${JSON.stringify(value)}`);
    if (!['type', 'id', 'src', 'env'].includes(key)) throw new ClientError(`unexpected key '${key}' in '${field}'`);
    values.set(key, value);
  }
  const of = (key: string) => values.get(key) ?? '';
  if (of('type') === 'env' && of('env') === '') return { id: of('id'), path: '', variable: of('src') };
  return { id: of('id'), path: of('src'), variable: of('env') };
}

async function fileOf({ process }: Client, path: string): Promise<Uint8Array> {
  try {
    return await calls.readFile(process, path);
  } catch (error) {
    if (error instanceof VfsError) throw new ClientError(`failed to stat ${path}: ${fileErrorText(error, 'stat')}`);
    throw error;
  }
}
