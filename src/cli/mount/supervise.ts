import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { MountError, unmountFuse } from '../../fuse/mountPoint.ts';
import type { OptionSpec, ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { ExitCode } from '../exitCode.ts';

/** Tells the program that it is to serve, not to supervise. */
const ROLE_VARIABLE = 'PALIMPSEST_MOUNT_ROLE';
const SERVER_ROLE = 'server';
/** What the server sends its supervisor once the folder is mounted. */
export const MOUNTED_MESSAGE = 'mounted';

export function isServer(context: CommandContext): boolean {
  return context.environment[ROLE_VARIABLE] === SERVER_ROLE;
}

/** The command line again, for the serving process. */
export function serverWords(
  args: ParsedArguments,
  options: readonly OptionSpec[],
  operands: readonly string[],
): readonly string[] {
  const words: string[] = [];
  for (const { name, kind } of options) {
    for (const value of args.list(name)) words.push(kind === 'flag' ? `--${name}` : `--${name}=${value}`);
  }
  return [...words, '--', ...operands];
}

const BUSY_RETRY_MS = 200;
const BUSY_RETRIES = 10;

/** Serves in a process of its own, and sees to it that the folder is unmounted at the end: on a signal, when the
 *  server dies (by us), and when we die ourselves (by a guard). Returns the server's exit status. */
export async function superviseServer(
  words: readonly string[],
  folder: string,
  context: CommandContext,
): Promise<ExitCode> {
  const server = startServer(words, context);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    server.on('exit', (code, signal) => resolve({ code, signal }));
    server.on('error', reject);
  });
  const mount = new Mount(folder, server, context);
  server.on('message', (message) => {
    if (message === MOUNTED_MESSAGE) mount.begin();
  });
  // When Ctrl-C is pressed twice, we are gone before the server is.
  const endServer = () => server.kill('SIGTERM');
  process.once('exit', endServer);
  context.signal.addEventListener('abort', () => void mount.end(), { once: true });
  if (context.signal.aborted) void mount.end();
  const { code, signal } = await ended;
  process.off('exit', endServer);
  await mount.cleanUp();
  if (signal !== null) {
    throw new CliError('mount', `the serving process was ended by ${signal}; ${folder} is unmounted, changes are lost`);
  }
  return code === null ? ExitCode.failed : (code as ExitCode);
}

/** In a session of its own, so that Ctrl-C in a terminal reaches us alone: while it serves, it hears no signal. */
function startServer(words: readonly string[], context: CommandContext): ChildProcess {
  const program = process.argv[1];
  if (program === undefined) throw new Error('the program does not know its own path');
  return spawn(process.execPath, [...process.execArgv, program, 'mount', ...words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...context.environment, [ROLE_VARIABLE]: SERVER_ROLE },
    detached: true,
  });
}

class Mount {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #context: CommandContext;
  #guard: ChildProcess | undefined;
  #isMounted = false;
  #isEnding = false;

  constructor(folder: string, server: ChildProcess, context: CommandContext) {
    this.#folder = folder;
    this.#server = server;
    this.#context = context;
  }

  begin(): void {
    this.#isMounted = true;
    this.#guard = startGuard(this.#folder);
    if (this.#isEnding) void this.#unmount();
  }

  /** Ends the server: it leaves by itself when its folder is unmounted; before it has mounted, by a signal. */
  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#isMounted) await this.#unmount();
    else this.#server.kill('SIGTERM');
  }

  /** After the server's end. */
  async cleanUp(): Promise<void> {
    this.#guard?.kill('SIGKILL');
    this.#guard?.stdin?.destroy();
    const { exitCode } = this.#server;
    if (!this.#isMounted || exitCode === ExitCode.fine) return;
    try {
      unmountFuse(this.#folder, 'lazy');
    } catch {
      // It was unmounted before the server ended.
    }
  }

  async #unmount(): Promise<void> {
    for (let tries = 0; tries <= BUSY_RETRIES; tries++) {
      try {
        unmountFuse(this.#folder);
        return;
      } catch (error) {
        if (!(error instanceof MountError) || error.code !== 'busy') return; // somebody was faster
      }
      await sleep(BUSY_RETRY_MS);
    }
    await this.#context.errors.line(`note: ${this.#folder} is in use; its users are cut off`);
    await this.#context.errors.flush();
    for (const manner of ['force', 'lazy'] as const) {
      try {
        unmountFuse(this.#folder, manner);
      } catch {
        // `force` fails while somebody uses it, but has ended the connection by then.
      }
    }
  }
}

/** A shell that waits for the end of its input, which is our end, and then unmounts. It is in a session of its own, so
 *  that what ends us by a process group leaves it. */
function startGuard(folder: string): ChildProcess {
  const script = 'while read -r _; do :; done; umount -i -l "$1"';
  const guard = spawn('sh', ['-c', script, 'palimpsest-guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  guard.on('error', () => undefined); // without a shell there is no guard
  guard.unref();
  return guard;
}
