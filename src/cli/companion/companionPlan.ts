import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS, type CompanionLimits } from '../../companion/limits.ts';
import type { OptionSpec, ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';

const DEFAULT_PORT = 7878;

export const COMPANION_OPTIONS: readonly OptionSpec[] = [
  { name: 'host', kind: 'value', metavar: 'ADDRESS', help: 'address to listen on (127.0.0.1)' },
  { name: 'port', kind: 'value', metavar: 'N', help: `port to listen on (${DEFAULT_PORT}); 0 takes one that is free` },
  {
    name: 'engine',
    kind: 'list',
    metavar: 'KIND=ADDRESS',
    help:
      'an engine: buildkit=unix:///PATH, buildkit=tcp://HOST:PORT,ca=FILE,cert=FILE,key=FILE, docker=unix:///PATH or ' +
      'podman=unix:///PATH; several make a pool (what listens at the usual places, podman excepted)',
  },
  { name: 'slots', kind: 'value', metavar: 'N', help: 'builds that one engine runs at a time (2)' },
  { name: 'buildctl', kind: 'value', metavar: 'PROGRAM', help: 'the buildctl program (the one in PATH)' },
  { name: 'allow-network', kind: 'flag', help: 'let RUN use the network' },
  { name: 'allow-fetch', kind: 'flag', help: 'let engines fetch what a Dockerfile names: images, ADD, frontends' },
  {
    name: 'allow-image',
    kind: 'list',
    metavar: 'REF|PREFIX*',
    help: 'without --allow-fetch: images that BuildKit may fetch for FROM',
  },
  {
    name: 'allow-host',
    kind: 'list',
    metavar: 'HOST',
    help: 'a registry or git server that pages may reach though it is in a private network (host or host:port)',
  },
  { name: 'plain-http', kind: 'list', metavar: 'HOST', help: 'speak http without TLS to this registry or git server' },
  {
    name: 'allow-origin',
    kind: 'list',
    metavar: 'ORIGIN',
    help: 'a page elsewhere that may connect, such as https://lab.example',
  },
  {
    name: 'served-as',
    kind: 'list',
    metavar: 'HOST[:PORT]',
    help: 'a name under which this companion is reached too, as behind a proxy',
  },
  {
    name: 'users',
    kind: 'value',
    metavar: 'FILE',
    help: 'several users: lines of a name and the SHA-256 of its token in hexadecimal',
  },
  {
    name: 'cgroup-parent',
    kind: 'value',
    metavar: 'NAME',
    help: 'bound memory and processes of RUN in cgroups below NAME (BuildKit on this machine, as root)',
  },
  {
    name: 'engine-disk',
    kind: 'value',
    metavar: 'DIR',
    help: 'a folder on the volume of buildkitd’s layers: builds that leave less than freeBytes free there are ended',
  },
  {
    name: 'limit',
    kind: 'list',
    metavar: 'NAME=N',
    help: `another bound: ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
  },
  { name: 'state', kind: 'value', metavar: 'DIR', help: 'folder for builds under way and results' },
];

export interface CompanionPlan {
  readonly host: string;
  readonly port: number;
  readonly limits: CompanionLimits;
  readonly users: readonly { readonly name: string; readonly hash: Buffer }[] | undefined;
  readonly stateFolder: string;
  readonly slots: number;
}

/** Throws CliError `usage`. */
export function planCompanion(
  args: ParsedArguments,
  environment: { readonly [name: string]: string | undefined },
): CompanionPlan {
  if (args.positionals.length > 0) throw new CliError('usage', `what is “${args.positionals[0]}”?`);
  const port = args.count('port') ?? DEFAULT_PORT;
  if (port > 65_535) throw new CliError('usage', `--port ${port} is none`);
  const slots = args.count('slots') ?? 2;
  if (slots < 1 || slots > 256) throw new CliError('usage', '--slots is from 1 to 256');
  const usersFile = args.value('users');
  const runtime = environment.XDG_RUNTIME_DIR ?? tmpdir();
  return {
    host: args.value('host') ?? '127.0.0.1',
    port,
    limits: limitsOf(args.list('limit')),
    users: usersFile === undefined ? undefined : readUsers(usersFile),
    stateFolder: args.value('state') ?? join(runtime, `palimpsest-companion-${process.getuid?.() ?? 0}`),
    slots,
  };
}

function limitsOf(words: readonly string[]): CompanionLimits {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS };
  for (const word of words) {
    const [, name, number] = /^(\w+)=(\d{1,15})$/.exec(word) ?? [];
    if (name === undefined || !Object.hasOwn(limits, name)) throw new CliError('usage', `--limit: what is “${word}”?`);
    limits[name] = Number(number);
  }
  return limits as unknown as CompanionLimits;
}

/** A user's name becomes part of the names of caches. */
const USER_LINE = /^([A-Za-z0-9][\w.-]{0,63})\s+([0-9a-f]{64})$/;

function readUsers(file: string): { name: string; hash: Buffer }[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const users = lines.flatMap((line, i) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    const [, name, hash] = USER_LINE.exec(text) ?? [];
    if (name === undefined || hash === undefined) {
      throw new CliError('usage', `${file}, line ${i + 1}: a name and 64 hexadecimal digits are expected`);
    }
    return [{ name, hash: Buffer.from(hash, 'hex') }];
  });
  const names = users.map(({ name }) => name);
  if (users.length === 0) throw new CliError('usage', `${file} names no user`);
  if (new Set(names).size < names.length) throw new CliError('usage', `${file} names a user twice`);
  return users;
}
