import { joinBytes } from '../../../bytes/joinBytes.ts';
import { decodeName } from '../../../bytes/byteName.ts';
import { O_RDONLY } from '../../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { open, readFile } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import { makePipe } from '../../kernel/pipe.ts';
import type { Process } from '../../kernel/process.ts';
import type { SpawnOptions } from '../../kernel/processSetup.ts';
import { exitCode } from '../../kernel/waitStatus.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import { expandString } from '../expansion/expandWord.ts';
import { requireSize } from '../expansion/size.ts';
import { Jump, ShellError } from '../shellError.ts';
import { Run, type Shell } from '../state/shell.ts';
import { asList } from '../state/variables.ts';
import type { CoprocNode, Node, PipelineNode, Script, SimpleCommand, SubshellNode } from '../syntax/tree.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { complain, complainOf, complainOfSyntax, statusOfError, writeError } from './complain.ts';
import { forkFailed } from './external.ts';
import { addJob, groupForChild, waitForAll, waitForeground } from './foreground.ts';
import { runStatements } from './lists.ts';
import { capturable } from './capturable.ts';
import { resetTraps, runExitTrap } from './traps.ts';

/** Runs a part of the script as the process of a subshell, to its end. */
export async function runAsSubshell(shell: Shell, run: () => Soon<number>): Promise<number> {
  let status: number;
  try {
    status = await run();
  } catch (error) {
    status = await endOfSubshell(shell, error);
  }
  return runExitTrap(shell, status);
}

/** The status with which an error ends a subshell. */
export async function endOfSubshell(shell: Shell, error: unknown): Promise<number> {
  if (error instanceof Jump) return error.value;
  if (error instanceof ShellError) {
    await complainOf(shell, error);
    return statusOfError(shell, error);
  }
  throw error;
}

/** Forks a subshell. Throws VfsError EAGAIN where there are too many processes. */
export function fork(shell: Shell, run: (inner: Shell) => Soon<number>, options: SpawnOptions = {}): Process {
  return shell.process.fork((process) => {
    const inner = shell.copyFor(process);
    resetTraps(inner, shell);
    // Programs of a subshell belong to its group.
    inner.options.delete('monitor');
    // A promise begins a new native stack: subshells within subshells are bounded by their number alone.
    return Promise.resolve().then(() => runAsSubshell(inner, () => run(inner)));
  }, options);
}

export async function runSubshell(shell: Shell, node: SubshellNode, flags: number): Promise<number> {
  try {
    const group = groupForChild(shell, undefined);
    const child = fork(
      shell,
      (inner) => runStatements(inner, node.body, (flags & Run.tested) | Run.last),
      group === undefined ? {} : { group },
    );
    return await waitForeground(shell, [child], node.text.replace(/^\(\s*([\s\S]*?)\s*\)$/, '( $1 )'));
  } catch (error) {
    return refused(shell, error);
  }
}

function refused(shell: Shell, error: unknown): Promise<number> {
  if (error instanceof VfsError && error.syscall === 'fork') return forkFailed(shell);
  throw error;
}

/** `a | b | c`: all at once, each a process. */
export async function runPipeline(shell: Shell, node: PipelineNode, flags: number): Promise<number> {
  const { stages } = node;
  const started: Process[] = [];
  const last = stages.length - 1;
  const usesShell = shell.isBash && shell.isSet('lastpipe') && !shell.options.has('monitor');
  let input: OpenFile | undefined;
  let lastStatus: number | undefined;
  try {
    for (let i = 0; i <= last; i++) {
      const stage = stages[i] as Node;
      if (i === last && usesShell && input) {
        lastStatus = await runHere(shell, stage, flags & ~Run.last, input);
        input = undefined;
        break;
      }
      const pipe = i < last ? makePipe() : undefined;
      started.push(
        startStage(shell, stage, flags, {
          input,
          output: pipe?.writeEnd,
          errors: node.sendsErrors[i] === true,
          leader: started[0],
        }),
      );
      input?.close();
      input = pipe?.readEnd;
      pipe?.writeEnd.close();
    }
  } catch (error) {
    input?.close();
    return refused(shell, error);
  }
  const statuses = await waitForAll(shell, started, node.text);
  if (lastStatus !== undefined) statuses.push(lastStatus);
  shell.pipeStatuses = statuses;
  const failed = shell.options.has('pipefail') ? statuses.filter((status) => status !== 0).at(-1) : undefined;
  return failed ?? (statuses.at(-1) as number);
}

interface StageFiles {
  readonly input: OpenFile | undefined;
  readonly output: OpenFile | undefined;
  readonly errors: boolean;
  readonly leader: Process | undefined;
}

function startStage(shell: Shell, stage: Node, flags: number, { input, output, errors, leader }: StageFiles): Process {
  const files = new Map(shell.process.files);
  if (input) files.set(0, input);
  if (output) files.set(1, output);
  if (output && errors) files.set(2, output);
  const group = groupForChild(shell, leader);
  return fork(shell, (inner) => inner.interpreter.runNode(inner, stage, (flags & Run.tested) | Run.last), {
    files,
    ...(group !== undefined && { group }),
  });
}

/** `lastpipe`: the last stage in the shell itself. */
async function runHere(shell: Shell, stage: Node, flags: number, input: OpenFile): Promise<number> {
  const { files } = shell.process;
  const before = files.get(0);
  files.set(0, input);
  try {
    return await shell.interpreter.runNode(shell, stage, flags);
  } finally {
    files.get(0)?.close();
    if (before) files.set(0, before);
    else files.delete(0);
  }
}

/** `command &`. */
export function startBackground(shell: Shell, node: Node, text: string): number {
  const files = new Map(shell.process.files);
  const usesJobControl = shell.options.has('monitor');
  let nothing: OpenFile | undefined;
  if (!usesJobControl) {
    try {
      const opened = open(shell.process, '/dev/null', O_RDONLY);
      if (!(opened instanceof Promise)) {
        nothing = opened;
        files.set(0, opened);
      }
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
  const group = groupForChild(shell, undefined);
  const options: SpawnOptions = { files, ...(group !== undefined && { group }) };
  const child = fork(
    shell,
    (inner) => {
      if (!usesJobControl) {
        inner.process.onSignal(SIGNALS.INT, 'ignore');
        inner.process.onSignal(SIGNALS.QUIT, 'ignore');
      }
      return inner.interpreter.runNode(inner, node, Run.last);
    },
    options,
  );
  nothing?.close();
  shell.lastBackgroundPid = child.pid;
  const job = addJob(shell, [child], text);
  if (shell.isInteractive) void writeError(shell, `[${job.number}] ${child.pid}\n`);
  return 0;
}

/** `$(…)`: what it prints, without the newlines at its end. */
export function substitute(shell: Shell, script: Script): Soon<string> {
  const { fault } = script;
  if (fault && script.statements.length === 0) throw faultInside(shell, script);
  const file = fileOnly(script);
  if (file) return then(readWhole(shell, file), (text) => trimEnd(text));
  if (capturable(shell, script)) return capture(shell, script);
  return substituteInProcess(shell, script);
}

function faultInside(shell: Shell, script: Script): ShellError {
  void script;
  return new ShellError(
    'expansion',
    shell.isBash ? 'syntax error in command substitution' : 'Syntax error',
    shell.isBash ? 1 : 2,
  );
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  const trimmed = end === text.length ? text : text.slice(0, end);
  return trimmed.includes('\0') ? trimmed.replaceAll('\0', '') : trimmed;
}

/** `$(<file)`. */
function fileOnly(script: Script): SimpleCommand['redirects'][number] | undefined {
  const node = script.statements[0]?.node;
  if (script.statements.length !== 1 || node?.kind !== 'simple') return undefined;
  if (node.words.length > 0 || node.assignments.length > 0 || node.redirects.length !== 1) return undefined;
  const redirect = node.redirects[0];
  return redirect?.kind === 'file' && redirect.operator === '<' && (redirect.fd ?? 0) === 0 ? redirect : undefined;
}

function readWhole(shell: Shell, redirect: SimpleCommand['redirects'][number]): Soon<string> {
  if (redirect.kind !== 'file') return '';
  return then(expandString(shell, redirect.target), async (path) => {
    try {
      const text = decodeName(await readFile(shell.process, path));
      shell.substitutionStatus = 0;
      return text;
    } catch (error) {
      if (!(error instanceof VfsError) || shell.process.signal.aborted) throw error;
      await complain(shell, `${path}: ${errnoText(error.code)}`);
      shell.substitutionStatus = 1;
      shell.status = 1;
      return '';
    }
  });
}

/** Builtins that change nothing run without a process of their own. */
function capture(shell: Shell, script: Script): Soon<string> {
  const outer = shell.capture;
  const { line, commandText, shownNode } = shell;
  const mine = { text: '' };
  shell.capture = mine;
  const finish = (status: number): string => {
    shell.capture = outer;
    shell.substitutionStatus = status;
    shell.status = status;
    shell.line = line;
    shell.commandText = commandText;
    shell.shownNode = shownNode;
    requireSize(mine.text.length);
    return trimEnd(mine.text);
  };
  const failed = async (error: unknown): Promise<string> => {
    shell.capture = outer;
    return finish(await endOfSubshell(shell, error));
  };
  try {
    const running = runStatements(shell, script.statements, Run.tested);
    return running instanceof Promise ? running.then(finish, failed) : finish(running);
  } catch (error) {
    return failed(error);
  }
}

async function substituteInProcess(shell: Shell, script: Script): Promise<string> {
  const { readEnd, writeEnd } = makePipe();
  const files = new Map(shell.process.files);
  files.set(1, writeEnd);
  let child: Process;
  try {
    child = fork(shell, (inner) => runSubstitution(inner, script), { files });
  } catch (error) {
    readEnd.close();
    writeEnd.close();
    await refused(shell, error);
    return '';
  }
  writeEnd.close();
  const text = await readOutput(shell, readEnd);
  const status = exitCode(await waitQuietly(shell, child));
  shell.process.reap(child);
  shell.substitutionStatus = status;
  shell.status = status;
  return trimEnd(text);
}

async function waitQuietly(shell: Shell, child: Process) {
  for (;;) {
    try {
      return await shell.process.waitFor(child.wait());
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
    }
  }
}

async function readOutput(shell: Shell, file: OpenFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for (;;) {
      let chunk: Uint8Array;
      try {
        const reading = file.read(1 << 16);
        chunk = reading instanceof Promise ? await shell.process.waitFor(reading) : reading;
      } catch (error) {
        if (error instanceof VfsError && error.code === 'EINTR') continue;
        throw error;
      }
      if (chunk.length === 0) break;
      sizeBytes += chunk.length;
      requireSize(sizeBytes);
      chunks.push(chunk);
      if (shell.process.isDue) await shell.process.pause();
    }
  } finally {
    file.close();
  }
  if (chunks.length === 1) return decodeName(chunks[0] as Uint8Array);
  const all = joinBytes(chunks);
  return decodeName(all);
}

function runSubstitution(inner: Shell, script: Script): Soon<number> {
  if (inner.isBash && !inner.isSet('inherit_errexit') && !inner.isPosix) inner.options.delete('errexit');
  inner.traceDepth++;
  return then(runStatements(inner, script.statements, script.fault ? 0 : Run.last), (status) => {
    if (!script.fault) return status;
    return then(complainOfSyntax(inner, script.fault, 'command substitution'), () => 2);
  });
}

/** First descriptor of process substitutions, as bash has it. */
const LAST_DESCRIPTOR = 63;

/** `<(…)`: a path that leads to the pipe. */
export function processSubstitution(shell: Shell, direction: '<' | '>', script: Script): string {
  const { readEnd, writeEnd } = makePipe();
  const [ours, theirs] = direction === '<' ? [readEnd, writeEnd] : [writeEnd, readEnd];
  const files = new Map(shell.process.files);
  files.set(direction === '<' ? 1 : 0, theirs);
  const child = fork(shell, (inner) => runStatements(inner, script.statements, Run.last), { files });
  theirs.close();
  shell.lastBackgroundPid = child.pid;
  let fd = LAST_DESCRIPTOR;
  while (shell.process.files.has(fd)) fd--;
  shell.process.files.set(fd, ours);
  shell.substitutionFiles.push(fd);
  return `/dev/fd/${fd}`;
}

/** `coproc NAME command`: its ends are `${NAME[0]}` and `${NAME[1]}`. */
export function startCoproc(shell: Shell, node: CoprocNode): number {
  const toIt = makePipe();
  const fromIt = makePipe();
  const files = new Map(shell.process.files);
  files.set(0, toIt.readEnd);
  files.set(1, fromIt.writeEnd);
  const child = fork(shell, (inner) => inner.interpreter.runNode(inner, node.body, Run.last), { files });
  toIt.readEnd.close();
  fromIt.writeEnd.close();
  const readFd = shell.process.install(fromIt.readEnd, LAST_DESCRIPTOR);
  const writeFd = shell.process.install(toIt.writeEnd, LAST_DESCRIPTOR - 3);
  shell.closeOnExec.add(readFd).add(writeFd);
  const variable = shell.variables.forAssignment(node.name);
  const list = asList(variable);
  list.length = 0;
  list.push(String(readFd), String(writeFd));
  shell.variables.set(`${node.name}_PID`, String(child.pid));
  shell.lastBackgroundPid = child.pid;
  addJob(shell, [child], node.text);
  return 0;
}
