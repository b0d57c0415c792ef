import { readFile } from 'node:fs/promises';
import { csvFields } from '../../build/go/csvFields.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';

/** Bytes of a secret (buildkit secretsprovider). */
const MAX_BYTES = 500 * 1024;

/** `id=ID[,src=FILE][,env=NAME]`: a file, or a variable; without both, the variable or file of the ID's name. Throws
 *  CliError. */
export async function readSecrets(
  given: readonly string[],
  context: CommandContext,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const text of given) {
    const fields = new Map<string, string>();
    for (const field of csvFields(text)) {
      const at = field.indexOf('=');
      if (at < 0) throw new CliError('usage', `“${field}” of --secret is no NAME=VALUE`);
      fields.set(field.slice(0, at), field.slice(at + 1));
    }
    const unknown = [...fields.keys()].find((name) => !['id', 'type', 'src', 'source', 'env'].includes(name));
    if (unknown !== undefined) throw new CliError('usage', `--secret knows id, type, src and env; not “${unknown}”`);
    const id = fields.get('id') ?? '';
    if (id === '') throw new CliError('usage', `--secret needs an id: “${text}”`);
    const bytes = await secretValue(id, fields, context);
    if (bytes.length > MAX_BYTES) throw new CliError('build', `secret ${id} is larger than ${MAX_BYTES} bytes`);
    secrets.set(id, bytes);
  }
  return secrets;
}

async function secretValue(
  id: string,
  fields: ReadonlyMap<string, string>,
  context: CommandContext,
): Promise<Uint8Array> {
  const file = fields.get('src') ?? fields.get('source');
  const type = fields.get('type');
  if (type !== undefined && type !== 'file' && type !== 'env')
    throw new CliError('usage', `unsupported secret type “${type}”`);
  const isPlain = file === undefined && type !== 'file';
  const name = fields.get('env') ?? (type === 'env' ? (file ?? id) : isPlain ? id : undefined);
  const value = name === undefined ? undefined : context.environment[name];
  if (value !== undefined) return new TextEncoder().encode(value);
  if (fields.has('env') || type === 'env') throw new CliError('build', `secret ${id}: ${name} is not set`);
  const path = file ?? id;
  context.noteFile(path);
  return readFile(path);
}
