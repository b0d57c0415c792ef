import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError } from '../image/imageError.ts';
import { parseJson, type JsonObject } from '../image/json.ts';
import { asObject, field, objectField, textField } from '../image/jsonFields.ts';
import type { Credentials } from '../registry/credentials.ts';
import { CompanionError } from './companionError.ts';

const MAX_CONFIG_BYTES = 1024 * 1024;
/** Docker Hub's entry bears the name of its first registry (docker cli config, `IndexServer`). */
const HUB_KEY = 'https://index.docker.io/v1/';

/** Docker's configuration folder: `$DOCKER_CONFIG`, or `.docker` in the home folder. */
export function dockerConfigPath(environment: { readonly [name: string]: string | undefined }): string | undefined {
  const { DOCKER_CONFIG: folder, HOME: home } = environment;
  if (folder) return join(folder, 'config.json');
  return home ? join(home, '.docker', 'config.json') : undefined;
}

/** What `docker login` keeps for a registry in its config file; undefined when that is nothing. Credential helpers
 *  are other programs and are not run: throws CompanionError `credentialHelper` where one would be asked. */
export async function dockerLogin(path: string, domain: string): Promise<Credentials | undefined> {
  const bytes = await readSmallFile(path);
  if (!bytes) return undefined;
  const config = parse(bytes, path);
  const auths = objectField(config, 'auths');
  const helper = stringIn(objectField(config, 'credHelpers'), domain);
  const entry = keysOf(domain)
    .map((key) => asObject(auths?.get(key)))
    .find((found) => found !== undefined);
  const credentials = entry && readEntry(entry, path, domain);
  if (credentials) return credentials;
  // With a store, docker leaves an empty entry behind to tell that there is a login.
  const store = helper ?? (entry ? textField(config, 'credsStore') : undefined);
  if (store === undefined) return undefined;
  throw new CompanionError(
    'credentialHelper',
    `the login for ${domain} is in the credential helper “${store.slice(0, 60)}”, which is not run; ` +
      'give --user and --password-stdin',
  );
}

function keysOf(domain: string): string[] {
  const own = [domain, `https://${domain}`, `https://${domain}/`, `https://${domain}/v1/`, `https://${domain}/v2/`];
  return domain === 'docker.io' ? [HUB_KEY, 'index.docker.io', ...own] : own;
}

function readEntry(entry: JsonObject, path: string, domain: string): Credentials | undefined {
  const token = textField(entry, 'identitytoken');
  if (token !== undefined) return { kind: 'identityToken', token };
  const registryToken = textField(entry, 'registrytoken');
  if (registryToken !== undefined) return { kind: 'registryToken', token: registryToken };
  const user = textField(entry, 'username');
  const password = textField(entry, 'password');
  if (user !== undefined && password !== undefined) return { kind: 'password', user, password };
  const auth = textField(entry, 'auth');
  if (auth === undefined) return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  // What it holds is never shown.
  if (colon < 1) throw new CompanionError('config', `${path}: the login for ${domain} is not user:password in base64`);
  return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

function stringIn(object: JsonObject | undefined, name: string): string | undefined {
  const value = object && field(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parse(bytes: Uint8Array, path: string): JsonObject {
  try {
    const object = asObject(parseJson(bytes).value);
    if (object) return object;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CompanionError('config', `${path}: ${error.message}`);
  }
  throw new CompanionError('config', `${path}: is no JSON object`);
}

async function readSmallFile(path: string): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > MAX_CONFIG_BYTES)
      throw new CompanionError('config', `${path}: is longer than ${MAX_CONFIG_BYTES} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
