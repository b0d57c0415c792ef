import type { OpenFile } from '../shell/kernel/openFile.ts';
import { makePipe } from '../shell/kernel/pipe.ts';
import { open } from '../shell/kernel/calls.ts';
import type { Namespaces } from '../shell/kernel/namespaces.ts';
import type { Process } from '../shell/kernel/process.ts';
import { afterExec } from '../shell/kernel/processCredentials.ts';
import type { WaitStatus } from '../shell/kernel/waitStatus.ts';
import type { Program } from '../shell/kernel/program.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import { O_RDWR } from '../vfs/overlay/openFlags.ts';
import type { HostConfig } from './containerConfig.ts';
import { setLimits } from './containerLimits.ts';
import type { ContainerUser } from './containerUser.ts';
import type { EngineCore } from './engineCore.ts';
import { enterDirectory, type ExecutableFault, findExecutable } from './executable.ts';
import type { ProcessOutput } from './processOutput.ts';

export interface ContainerCommand {
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string;
  readonly user: ContainerUser;
  readonly hasTty: boolean;
  readonly wantsStdin: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** A small init is process 1 and runs the command (`--init`). */
  readonly hasInit?: boolean;
  readonly limits?: HostConfig['Ulimits'];
}

export interface LaunchedProcess {
  readonly process: Process;
  readonly terminal: Pty | undefined;
  /** Where the engine writes its input; undefined where it has none. */
  readonly stdin: OpenFile | undefined;
  readonly status: Promise<WaitStatus>;
}

/** runc's own threads take as many numbers before a process runs. */
const RUNTIME_THREADS = 5;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Starts a process in a container, `terminals` being the container's. Resolves when its command runs, or with why it cannot. */
export async function launchInContainer(
  core: EngineCore,
  namespaces: Namespaces,
  command: ContainerCommand,
  output: ProcessOutput,
  terminals: Set<Pty>,
): Promise<LaunchedProcess | ExecutableFault> {
  const { kernel } = core;
  const terminal = command.hasTty ? openTerminal(core, command, terminals) : undefined;
  if (terminal) terminal.onOutput = (bytes) => output.put('stdout', bytes);
  const input = !terminal && command.wantsStdin ? makePipe() : undefined;
  let settle: (fault: ExecutableFault | undefined) => void = () => undefined;
  const started = new Promise<ExecutableFault | undefined>((resolve) => {
    settle = resolve;
  });
  const files = filesOf(terminal, input?.readEnd, output);
  const process = kernel.launch(
    {
      namespaces,
      argv: command.command,
      env: command.env,
      cwd: '/',
      credentials: command.user.credentials,
      files,
      group: 'new',
      terminal,
    },
    body(core, command, settle),
  );
  if (namespaces.pids !== core.host.pids) namespaces.pids.skip(RUNTIME_THREADS);
  // The process holds its own references.
  for (const file of files.values()) file.close();
  if (terminal) terminal.foregroundGroup = process.group;
  const fault = await Promise.race([started, process.wait().then(() => undefined)]);
  if (fault) {
    await process.wait();
    kernel.forget(process);
    if (terminal) closeTerminal(core, terminal, terminals);
    return fault;
  }
  const status = process.wait().then((ended) => {
    if (terminal) closeTerminal(core, terminal, terminals);
    return ended;
  });
  return { process, terminal, stdin: input?.writeEnd, status };
}

/** A terminal with the lowest number that the container has free. */
function openTerminal(core: EngineCore, { columns, rows }: ContainerCommand, terminals: Set<Pty>): Pty {
  const taken = new Set([...terminals].map(({ number }) => number));
  let number = 0;
  while (taken.has(number)) number++;
  const terminal = core.kernel.newTerminal(columns || DEFAULT_COLUMNS, rows || DEFAULT_ROWS, number);
  terminals.add(terminal);
  return terminal;
}

function closeTerminal(core: EngineCore, terminal: Pty, terminals: Set<Pty>): void {
  terminals.delete(terminal);
  core.kernel.terminals.delete(terminal);
}

function filesOf(terminal: Pty | undefined, input: OpenFile | undefined, output: ProcessOutput): Map<number, OpenFile> {
  if (terminal) {
    // Held open by the terminal's own end: all its output goes through `onOutput`.
    const { slave } = terminal;
    return new Map([0, 1, 2].map((fd) => [fd, slave.retain()]));
  }
  const files = new Map([
    [1, output.writer('stdout')],
    [2, output.writer('stderr')],
  ]);
  if (input) files.set(0, input);
  return files;
}

/** What the process does: enters its directory, finds its command, tells that it has begun, and runs it. */
function body(
  core: EngineCore,
  { command, workingDir, hasInit = false, limits }: ContainerCommand,
  settle: (fault: ExecutableFault | undefined) => void,
): Program {
  return async (process) => {
    setLimits(process, limits ?? []);
    const entered = enterDirectory(process, workingDir);
    if (entered) {
      settle(entered);
      return 1;
    }
    if (!process.files.has(0)) process.files.set(0, await open(process, '/dev/null', O_RDWR));
    const found = await findExecutable(process, command, core.vintage);
    if ('fault' in found) {
      settle(found.fault);
      return 1;
    }
    const { program, argv, flavour, file } = found.image;
    process.credentials = afterExec(process.credentials, file, argv[0] ?? '');
    settle(undefined);
    if (hasInit) return asInit(process, command, program, argv, flavour);
    process.argv = argv;
    process.flavour = flavour;
    return program(process);
  };
}

/** docker-init: passes signals on to its only child and ends with it. */
async function asInit(
  process: Process,
  command: readonly string[],
  program: Program,
  argv: readonly string[],
  flavour: Process['flavour'],
): Promise<number> {
  process.argv = ['/sbin/docker-init', '--', ...command];
  const child = process.fork(
    (self) => {
      self.flavour = flavour;
      return program(self);
    },
    { argv, group: 'new' },
  );
  if (process.terminal) process.terminal.foregroundGroup = child.group;
  for (const signal of PASSED_ON) process.onSignal(signal, () => child.kill(signal));
  for (;;) {
    try {
      const status = await process.waitFor(child.wait());
      return 'code' in status ? status.code : 128 + status.signal;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EINTR') throw error;
    }
  }
}

const PASSED_ON = [SIGNALS.HUP, SIGNALS.INT, SIGNALS.QUIT, SIGNALS.USR1, SIGNALS.USR2, SIGNALS.TERM, SIGNALS.WINCH];
