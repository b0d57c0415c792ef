import { O_RDONLY } from '../../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { open } from '../../kernel/calls.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import { makePipe } from '../../kernel/pipe.ts';
import type { SpawnOptions } from '../../kernel/processSetup.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import { Run, type Shell } from '../state/shell.ts';
import { asList } from '../state/variables.ts';
import type { CoprocNode, Node, Script, SubshellNode } from '../syntax/tree.ts';
import type { Soon } from '../waiting.ts';
import { writeError } from './complain.ts';
import { addJob, groupForChild, waitForeground } from './foreground.ts';
import { fork, reapLater, refused } from './fork.ts';
import { runStatements } from './lists.ts';

/** `( … )`. */
export function runSubshell(shell: Shell, node: SubshellNode, flags: number): Soon<number> {
  const failed = (error: unknown): Promise<number> => refused(shell, error);
  try {
    const child = fork(shell, (inner) => runStatements(inner, node.body, (flags & Run.tested) | Run.last), {
      group: groupForChild(shell, undefined),
    });
    const text = (): string => node.text.replace(/^\(\s*([\s\S]*?)\s*\)$/, '( $1 )');
    const waiting = waitForeground(shell, [child], text);
    return waiting instanceof Promise ? waiting.catch(failed) : waiting;
  } catch (error) {
    return failed(error);
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
    'later',
  );
  reapLater(shell, child);
  nothing?.close();
  shell.lastBackgroundPid = child.pid;
  const job = addJob(shell, [child], text);
  if (shell.isInteractive) void writeError(shell, `[${job.number}] ${child.pid}\n`);
  return 0;
}

/** First descriptor of process substitutions, as bash has it. */
const LAST_DESCRIPTOR = 63;

/** `<(…)`: a path that leads to the pipe. */
export function processSubstitution(shell: Shell, direction: '<' | '>', script: Script): string {
  const { readEnd, writeEnd } = makePipe();
  const [ours, theirs] = direction === '<' ? [readEnd, writeEnd] : [writeEnd, readEnd];
  const files = new Map(shell.process.files);
  files.set(direction === '<' ? 1 : 0, theirs);
  const child = fork(shell, (inner) => runStatements(inner, script.statements, Run.last), { files }, 'later');
  reapLater(shell, child);
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
  const child = fork(shell, (inner) => inner.interpreter.runNode(inner, node.body, Run.last), { files }, 'later');
  reapLater(shell, child);
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
