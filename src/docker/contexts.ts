import { readFile } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { bytesOf, ClientError, fileErrorText, textOf } from './client.ts';
import { isRecord } from './clientConfig.ts';
import { COMPANION_CONTEXT, COMPANION_META } from './companion/companionContext.ts';
import { quoteGo } from './commandLine/flagValue.ts';

export const DEFAULT_CONTEXT = 'default';
export const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** What `docker context` keeps about an engine to speak to. */
export interface ContextMeta {
  readonly name: string;
  readonly description: string;
  readonly host: string;
}

export async function contextDirectory(configDir: string, name: string): Promise<string> {
  return `${configDir}/contexts/meta/${await contextId(name)}`;
}

/** The name of its folder: sha256 of the context's. */
export async function contextId(name: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytesOf(name))));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Throws ClientError where there is none. */
export async function readContext(process: Process, configDir: string, name: string): Promise<ContextMeta> {
  if (name === COMPANION_CONTEXT) return COMPANION_META;
  const path = `${await contextDirectory(configDir, name)}/meta.json`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(await readFile(process, path, 1 << 20)));
  } catch (error) {
    if (!(error instanceof VfsError)) throw new ClientError(`context ${quoteGo(name)}: parsing ${path}: invalid JSON`);
    throw new ClientError(`context ${quoteGo(name)}: context not found: ${fileErrorText(error, 'open')}`);
  }
  const document = isRecord(parsed) ? parsed : {};
  const endpoints = isRecord(document.Endpoints) ? document.Endpoints : {};
  const docker = isRecord(endpoints.docker) ? endpoints.docker : {};
  const metadata = isRecord(document.Metadata) ? document.Metadata : {};
  return {
    name,
    description: typeof metadata.Description === 'string' ? metadata.Description : '',
    host: typeof docker.Host === 'string' ? docker.Host : DEFAULT_HOST,
  };
}
