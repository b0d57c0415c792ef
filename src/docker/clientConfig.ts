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

/** Keys of an entry of `proxies`, and the variables that they give. */
const PROXY_KEYS = [
  ['httpProxy', 'HTTP_PROXY'],
  ['httpsProxy', 'HTTPS_PROXY'],
  ['noProxy', 'NO_PROXY'],
  ['ftpProxy', 'FTP_PROXY'],
  ['allProxy', 'ALL_PROXY'],
] as const;

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
      const fault = typeFault(parsed) ?? config.#take(parsed);
      return fault === undefined ? { config } : { config, warning: config.#warning(fault) };
    } catch {
      return { config, warning: config.#warning(jsonFault(bytes)) };
    }
  }

  #warning(fault: string): string {
    return `WARNING: Error parsing config file (${this.path}): ${fault}`;
  }

  /** Gives Go's words for the first login that cannot be read; such a file counts as empty. */
  #take(parsed: unknown): string | undefined {
    if (isRecord(parsed)) this.#document = parsed;
    for (const kept of Object.values(this.#auths())) {
      const fault = isRecord(kept) && typeof kept.auth === 'string' ? loginFault(kept.auth) : undefined;
      if (fault === undefined) continue;
      this.#document = {};
      return fault;
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

  /** The variables that containers and builds get of `proxies`, in both spellings, but for those that are `given`
   *  (docker/cli, ParseProxyConfig). */
  proxyVariables(host: string, given: readonly string[]): readonly (readonly [string, string])[] {
    const all = isRecord(this.#document.proxies) ? this.#document.proxies : {};
    const own = host in all ? all[host] : all.default;
    if (!isRecord(own)) return [];
    return PROXY_KEYS.flatMap(([key, name]) => {
      const value = own[key];
      if (typeof value !== 'string' || value === '') return [];
      return [name, name.toLowerCase()].filter((one) => !given.includes(one)).map((one) => [one, value] as const);
    });
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

/** encoding/json's words for a document of another shape. */
function typeFault(parsed: unknown): string | undefined {
  if (parsed === null) return undefined;
  if (!isRecord(parsed))
    return `json: cannot unmarshal ${jsonKind(parsed)} into Go value of type configfile.ConfigFile`;
  const { auths } = parsed;
  if (auths === undefined || auths === null || isRecord(auths)) return undefined;
  return `json: cannot unmarshal ${jsonKind(auths)} into Go struct field ConfigFile.auths of type map[string]types.AuthConfig`;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function loginFault(auth: string): string | undefined {
  if (auth === '') return undefined;
  const wrong = auth.search(/[^A-Za-z0-9+/=]/);
  if (wrong >= 0) return `illegal base64 data at input byte ${wrong}`;
  try {
    return atob(auth).indexOf(':') > 0 ? undefined : 'Invalid auth configuration file';
  } catch {
    return `illegal base64 data at input byte ${auth.length - (auth.length % 4)}`;
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
