import { decodeName, encodeName } from '../bytes/byteName.ts';
import { readGoJson } from '../engine/goJson.ts';
import type { RegistryLogin } from '../engine/systemCalls.ts';
import { makeDirectories, readFile, statIfThere, writeFile } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { parseReference } from '../image/reference.ts';

/** The key under which the login of Docker Hub is kept. */
export const HUB_SERVER = 'https://index.docker.io/v1/';

type Json = { [key: string]: unknown };

const MAX_FILE_BYTES = 1 << 20;

/** `config.json` of the client: logins, formats of tables, the context in use. Other keys are kept as they are. */
export class ClientConfig {
  readonly dir: string;
  readonly #process: Process;
  #document: Json = {};

  private constructor(process: Process, dir: string) {
    this.#process = process;
    this.dir = dir;
  }

  /** A file that is no JSON is told and taken for empty, as the client does. */
  static async read(process: Process, dir: string): Promise<{ readonly config: ClientConfig; warning?: string }> {
    const config = new ClientConfig(process, dir);
    if (!statIfThere(process, config.path)) return { config };
    const bytes = await readFile(process, config.path, MAX_FILE_BYTES);
    try {
      const parsed: unknown = JSON.parse(decodeName(bytes));
      if (isRecord(parsed)) config.#document = parsed;
      const fault = config.#loginFault();
      return fault === undefined ? { config } : { config, warning: config.#warning(fault) };
    } catch {
      return { config, warning: config.#warning(jsonFault(bytes)) };
    }
  }

  #warning(fault: string): string {
    return `WARNING: Error parsing config file (${this.path}): ${fault}`;
  }

  /** Go's words for the first login that is no base64; such a file counts as empty. */
  #loginFault(): string | undefined {
    for (const kept of Object.values(this.#auths())) {
      if (!isRecord(kept) || typeof kept.auth !== 'string') continue;
      const wrong = kept.auth.search(/[^A-Za-z0-9+/=]/);
      if (wrong < 0) continue;
      this.#document = {};
      return `illegal base64 data at input byte ${wrong}`;
    }
    return undefined;
  }

  get path(): string {
    return `${this.dir.replace(/^(?:\.\/+)+(?=.)/, '')}/config.json`;
  }

  text(key: string): string {
    const value = this.#document[key];
    return typeof value === 'string' ? value : '';
  }

  /** Anything that is kept there; undefined where it is not. */
  value(key: string): unknown {
    return this.#document[key];
  }

  get detachKeys(): string | undefined {
    return this.text('detachKeys') || undefined;
  }

  login(server: string): RegistryLogin | undefined {
    const auth = this.#auths()[server];
    if (!isRecord(auth) || typeof auth.auth !== 'string') return undefined;
    let plain: string;
    try {
      plain = atob(auth.auth);
    } catch {
      return undefined;
    }
    const colon = plain.indexOf(':');
    if (colon < 0) return undefined;
    const identityToken = typeof auth.identitytoken === 'string' ? { identityToken: auth.identitytoken } : {};
    return { username: plain.slice(0, colon), password: plain.slice(colon + 1), ...identityToken };
  }

  /** The login for the registry of an image. */
  loginFor(image: string): RegistryLogin | undefined {
    try {
      const { domain } = parseReference(image);
      return this.login(domain === 'docker.io' ? HUB_SERVER : domain);
    } catch {
      return undefined;
    }
  }

  async storeLogin(server: string, { username, password }: RegistryLogin): Promise<void> {
    const auth = btoa(String.fromCharCode(...encodeName(`${username}:${password}`)));
    this.#document.auths = { ...this.#auths(), [server]: { auth } };
    await this.save();
  }

  async eraseLogin(servers: readonly string[]): Promise<void> {
    const auths = { ...this.#auths() };
    if (!servers.some((server) => server in auths)) return;
    for (const server of servers) delete auths[server];
    this.#document.auths = auths;
    await this.save();
  }

  async setText(key: string, value: string | undefined): Promise<void> {
    if (value === undefined) delete this.#document[key];
    else this.#document[key] = value;
    await this.save();
  }

  async save(): Promise<void> {
    makeDirectories(this.#process, this.dir, 0o700);
    await writeFile(this.#process, this.path, JSON.stringify(this.#document, undefined, '\t'), 0o600);
  }

  #auths(): Json {
    return isRecord(this.#document.auths) ? this.#document.auths : {};
  }
}

function jsonFault(bytes: Uint8Array): string {
  try {
    readGoJson(bytes);
    return 'it is no JSON document';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
