import type { CacheExport, CacheImport, CacheTransfer } from '../../build/buildkit/buildkitOptions.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import { parseReference } from '../../image/reference.ts';
import { type Client, ClientError } from '../client.ts';
import { absolutePath } from '../../shell/absolutePath.ts';
import { localExport, localImport } from './localCache.ts';
import { registryImport } from './registryCache.ts';

/** `--cache-from` and `--cache-to` of BuildKit: images with a cache in them, folders. Throws ClientError. */
export function cacheTransfer(
  client: Client,
  { from, to }: { readonly from: readonly string[]; readonly to: readonly string[] },
  buildArgs: ReadonlyMap<string, string>,
): CacheTransfer {
  const targets = to.map(readEntry);
  const exports = targets.flatMap((entry) => exportOf(client, entry));
  const isAsked = ['1', 'true'].includes(buildArgs.get('BUILDKIT_INLINE_CACHE') ?? '');
  return {
    imports: from.map((text) => importOf(client, readEntry(text))),
    exports,
    isInline: isAsked || targets.some((entry) => entry.get('type') === 'inline'),
  };
}

/** `NAME`, or `type=TYPE,KEY=VALUE`. */
function readEntry(text: string): ReadonlyMap<string, string> {
  const fields = csvFields(text);
  if (fields.every((field) => !field.includes('=')))
    return new Map([
      ['type', 'registry'],
      ['ref', text],
    ]);
  const entry = new Map<string, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 0) throw new ClientError(`invalid value ${field}`);
    entry.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  if (!entry.get('type')) throw new ClientError(`type required form> ${JSON.stringify(text)}`);
  return entry;
}

function checkNames(entry: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of entry.keys())
    if (name !== 'type' && !known.includes(name)) throw new ClientError(`cache option "${name}" is not simulated`);
}

function importOf(client: Client, entry: ReadonlyMap<string, string>): CacheImport {
  const type = entry.get('type');
  if (type === 'local') {
    checkNames(entry, ['src', 'tag', 'digest']);
    const src = entry.get('src') ?? '';
    if (src === '') throw new ClientError('local cache importer requires src');
    const form = { tag: entry.get('tag') ?? 'latest', digest: entry.get('digest') };
    return localImport(client, absolutePath(client.process.cwd, src), form);
  }
  if (type === 'registry') {
    checkNames(entry, ['ref']);
    return registryImport(client, checkedReference(entry.get('ref') ?? ''));
  }
  throw new ClientError(`unknown cache importer: ${type}`);
}

function exportOf(client: Client, entry: ReadonlyMap<string, string>): readonly CacheExport[] {
  const type = entry.get('type');
  const mode = entry.get('mode') ?? 'min';
  if (type === 'inline') {
    checkNames(entry, []);
    return [];
  }
  if (type === 'local') {
    checkNames(entry, ['dest', 'mode', 'tag']);
    const dest = entry.get('dest') ?? '';
    if (dest === '') throw new ClientError('local cache exporter requires dest');
    if (mode !== 'min' && mode !== 'max') throw new ClientError(`invalid value for mode: ${mode}`);
    return [localExport(client, absolutePath(client.process.cwd, dest), { mode, tag: entry.get('tag') ?? 'latest' })];
  }
  throw new ClientError(
    'Cache export is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/build-cache-backends/',
  );
}

function checkedReference(text: string): string {
  try {
    parseReference(text);
    return text;
  } catch {
    throw new ClientError(`invalid reference format: ${JSON.stringify(text)}`);
  }
}
