import type { Archive } from '../archive/archive.ts';
import { parseReference, type Reference } from '../image/reference.ts';
import type { Credentials } from '../registry/credentials.ts';
import type { RegistryConnection } from '../registry/connection.ts';
import type { WantedPlatform } from '../registry/platformChoice.ts';
import type { BlobKeeping } from '../registry/remoteBlob.ts';
import type { RemoteLayout } from '../registry/remoteLayout.ts';
import type { OptionSpec, ParsedArguments } from './arguments.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';

const SCHEME = 'docker://';
const MAX_PASSWORD_BYTES = 64 * 1024;

/** How a registry is reached; for `pull` and `push`. */
export const REGISTRY_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'plain-http',
    kind: 'list',
    metavar: 'HOST',
    help: 'speak http without TLS to this registry (host or host:port); this machine’s own needs no naming',
  },
  {
    name: 'allow-host',
    kind: 'list',
    metavar: 'HOST',
    help: 'let the registry lead to this host too: one in a private network, or a token service elsewhere',
  },
  { name: 'user', kind: 'value', metavar: 'NAME', help: 'log in as NAME, in place of what docker login keeps' },
  { name: 'password-stdin', kind: 'flag', help: 'with --user: the password is read from standard input' },
];

export interface RegistryChoices {
  readonly plainHttp: readonly string[];
  readonly allowedHosts: readonly string[];
  /** In place of Docker's config. */
  readonly credentials: Credentials | undefined;
}

/** What the options of `REGISTRY_OPTIONS` say; reads the password. */
export async function registryChoices(args: ParsedArguments, context: CommandContext): Promise<RegistryChoices> {
  const user = args.value('user');
  if ((user === undefined) === args.has('password-stdin')) {
    throw new CliError('usage', '--user and --password-stdin go together: a password is never an argument');
  }
  const credentials = user === undefined ? undefined : await readPassword(user, context);
  return { plainHttp: args.list('plain-http'), allowedHosts: args.list('allow-host'), credentials };
}

async function readPassword(user: string, context: CommandContext): Promise<Credentials> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of context.input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(piece);
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_PASSWORD_BYTES) throw new CliError('usage', 'what is on standard input is no password');
    pieces.push(bytes);
  }
  const password = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') throw new CliError('usage', 'there is no password on standard input');
  return { kind: 'password', user, password };
}

/** A reference, with or without `docker://`. Throws CliError `usage`. */
export function registryReference(text: string): Reference {
  try {
    return parseReference(text.startsWith(SCHEME) ? text.slice(SCHEME.length) : text);
  } catch (error) {
    throw new CliError('usage', error instanceof Error ? error.message : String(error));
  }
}

/** A connection that ends when the command does. */
export async function connect(
  reference: Reference,
  choices: RegistryChoices,
  context: CommandContext,
): Promise<RegistryConnection> {
  const [{ connectRegistry }, { dockerConfigPath, dockerLogin }] = await Promise.all([
    import('../companion/connectRegistry.ts'),
    import('../companion/dockerLogin.ts'),
  ]);
  const { domain } = reference;
  const configPath = dockerConfigPath(context.environment);
  const kept = async () => (configPath === undefined ? undefined : dockerLogin(configPath, domain));
  const { credentials } = choices;
  const { connection, close } = connectRegistry({
    domain,
    plainHttp: choices.plainHttp,
    allowedHosts: choices.allowedHosts,
    credentials: credentials ? async () => credentials : kept,
    signal: context.signal,
  });
  context.onExit(async () => close());
  return connection;
}

export interface OpenedImage {
  readonly archive: Archive;
  readonly layout: RemoteLayout;
}

/** An image in a registry as an archive whose blobs are fetched when they are read. */
export async function openRemoteImage(
  reference: Reference,
  wanted: WantedPlatform | 'all',
  keeping: BlobKeeping,
  choices: RegistryChoices,
  context: CommandContext,
): Promise<OpenedImage> {
  const [connection, work, { openRemoteLayout }, { openArchive }] = await Promise.all([
    connect(reference, choices, context),
    context.work(),
    import('../registry/remoteLayout.ts'),
    import('../archive/openArchive.ts'),
  ]);
  const layout = await openRemoteLayout(connection, reference, wanted, keeping, work);
  context.onExit(() => layout.dispose());
  const { familiarForm } = await import('../image/reference.ts');
  const archive = await openArchive({ fileName: `${SCHEME}${familiarForm(reference)}`, folder: layout.files }, work);
  context.onExit(() => archive.close());
  return { archive, layout };
}

/** `docker://REF` where a FILE is expected. */
export async function openRegistryInput(
  name: string,
  platform: string | undefined,
  context: CommandContext,
): Promise<Archive> {
  context.noteFile(name);
  const { wantedPlatform } = await import('../companion/connectRegistry.ts');
  const reference = registryReference(name);
  const choices = { plainHttp: [], allowedHosts: [], credentials: undefined };
  const opened = await openRemoteImage(reference, wantedPlatform(platform), 'kept', choices, context);
  const { chosen, platforms } = opened.layout.resolved;
  if (platform === undefined && chosen !== undefined && platforms.length > 1) {
    await context.errors.line(`note: ${name} is for ${platforms.join(', ')}; this is ${chosen}`);
  }
  return opened.archive;
}
