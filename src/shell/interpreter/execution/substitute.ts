import { joinBytes } from '../../../bytes/joinBytes.ts';
import { decodeName } from '../../../bytes/byteName.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { readFile } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import { makePipe } from '../../kernel/pipe.ts';
import type { Process } from '../../kernel/process.ts';
import { exitCode } from '../../kernel/waitStatus.ts';
import { expandString } from '../expansion/expandWord.ts';
import { requireSize } from '../expansion/size.ts';
import { ShellError } from '../shellError.ts';
import { Run, type Shell } from '../state/shell.ts';
import type { Node, Script, SimpleCommand } from '../syntax/tree.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { capturable } from './capturable.ts';
import { complain, complainOfSyntax } from './complain.ts';
import { planStage, startPlanned } from './directStage.ts';
import { endOfSubshell, fork, refused } from './fork.ts';
import { runStatements } from './lists.ts';

/** `$(…)`: what it prints, without the newlines at its end. */
export function substitute(shell: Shell, script: Script): Soon<string> {
  const { fault } = script;
  if (fault && script.statements.length === 0) throw faultInside(shell);
  const file = fileOnly(script);
  if (file) return then(readWhole(shell, file), (text) => trimEnd(text));
  if (capturable(shell, script)) return capture(shell, script);
  return substituteInProcess(shell, script);
}

function faultInside(shell: Shell): ShellError {
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
      if (!(error instanceof VfsError) || shell.process.isKilled) throw error;
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
  const { line, commandText, shownNode, lastArgument, subshellDepth: depth } = shell;
  const mine = { text: '' };
  shell.capture = mine;
  shell.subshellDepth++;
  const finish = (status: number): string => {
    shell.capture = outer;
    shell.subshellDepth = depth;
    shell.substitutionStatus = status;
    shell.status = status;
    shell.line = line;
    shell.commandText = commandText;
    shell.shownNode = shownNode;
    shell.lastArgument = lastArgument;
    requireSize(mine.text.length);
    return trimEnd(mine.text);
  };
  const failed = async (error: unknown): Promise<string> => {
    shell.capture = outer;
    shell.subshellDepth = depth;
    return finish(await endOfSubshell(shell, error));
  };
  try {
    const running = runStatements(shell, script.statements, Run.tested);
    return running instanceof Promise ? running.then(finish, failed) : finish(running);
  } catch (error) {
    return failed(error);
  }
}

function substituteInProcess(shell: Shell, script: Script): Soon<string> {
  const { readEnd, writeEnd } = makePipe();
  const files = new Map(shell.process.files);
  files.set(1, writeEnd);
  const failed = (error: unknown): Promise<string> => {
    readEnd.close();
    writeEnd.close();
    return refused(shell, error).then(() => '');
  };
  let starting: Soon<Process>;
  try {
    starting = startChild(shell, script, files);
  } catch (error) {
    return failed(error);
  }
  if (!(starting instanceof Promise)) return outputOf(shell, starting, readEnd, writeEnd);
  return starting.then((child) => outputOf(shell, child, readEnd, writeEnd), failed);
}

/** One program needs no subshell around it. */
function startChild(shell: Shell, script: Script, files: ReadonlyMap<number, OpenFile>): Soon<Process> {
  const forked = (): Process => fork(shell, (inner) => runSubstitution(inner, script), { files });
  const node = onlyCommand(script);
  const planned = node && planStage(shell, node, undefined);
  if (!planned) return forked();
  // Without a pipe to print to, what is planned is a program.
  return startPlanned(shell, planned, files, undefined, forked) as Soon<Process>;
}

function onlyCommand({ statements, fault }: Script): Node | undefined {
  const [statement] = statements;
  return !fault && statements.length === 1 && statement && !statement.isBackground ? statement.node : undefined;
}

function outputOf(shell: Shell, child: Process, readEnd: OpenFile, writeEnd: OpenFile): Soon<string> {
  writeEnd.close();
  return then(readOutput(shell, readEnd), (text) => {
    const done = (status: number): string => {
      shell.process.reap(child);
      shell.substitutionStatus = status;
      shell.status = status;
      return trimEnd(text);
    };
    const { status } = child;
    return status && 'code' in status ? done(status.code) : waitQuietly(shell, child).then(done);
  });
}

async function waitQuietly(shell: Shell, child: Process): Promise<number> {
  for (;;) {
    try {
      return exitCode(await shell.process.waitFor(child.wait()));
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
    }
  }
}

function readOutput(shell: Shell, file: OpenFile): Soon<string> {
  const chunks: Uint8Array[] = [];
  let isOver = false;
  try {
    isOver = readReady(shell, file, chunks);
  } catch (error) {
    file.close();
    throw error;
  }
  if (!isOver) return readLater(shell, file, chunks);
  file.close();
  return textOf(chunks);
}

/** What a process that is over, or waits, has written is there at once. Whether that was all. */
function readReady(shell: Shell, file: OpenFile, chunks: Uint8Array[]): boolean {
  let sizeBytes = 0;
  while (!shell.process.isDue && !file.whenReadable()) {
    const chunk = file.read(1 << 16) as Uint8Array;
    if (chunk.length === 0) return true;
    sizeBytes += chunk.length;
    requireSize(sizeBytes);
    chunks.push(chunk);
  }
  return false;
}

async function readLater(shell: Shell, file: OpenFile, chunks: Uint8Array[]): Promise<string> {
  let sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
  try {
    shell.process.hold(sizeBytes);
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
      shell.process.hold(chunk.length);
      chunks.push(chunk);
      if (shell.process.isDue) await shell.process.pause();
    }
  } finally {
    file.close();
  }
  shell.process.hold(-sizeBytes);
  return textOf(chunks);
}

function textOf(chunks: readonly Uint8Array[]): string {
  return decodeName(chunks.length === 1 ? (chunks[0] as Uint8Array) : joinBytes(chunks));
}

function runSubstitution(inner: Shell, script: Script): Soon<number> {
  if (inner.isBash && !inner.isSet('inherit_errexit') && !inner.isPosix) inner.options.delete('errexit');
  inner.traceDepth++;
  return then(runStatements(inner, script.statements, script.fault ? 0 : Run.last), (status) => {
    if (!script.fault) return status;
    return then(complainOfSyntax(inner, script.fault, 'command substitution'), () => 2);
  });
}
