import { VfsError } from '../../../vfs/vfsError.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import type { SyntaxFault } from '../syntax/tree.ts';

/** `bash: line 3: BUILTIN: MESSAGE` to standard error, as each shell begins its messages. */
export function complain(shell: Shell, message: string, builtin?: string): undefined | Promise<void> {
  return writeError(shell, `${messageStart(shell, builtin)}${message}\n`);
}

/** To standard error; one that is closed hears nothing. */
export function writeError(shell: Shell, text: string): undefined | Promise<void> {
  try {
    const writing = shell.process.write(2, text);
    return writing?.catch(ignoreClosed);
  } catch (error) {
    ignoreClosed(error);
    return undefined;
  }
}

function ignoreClosed(error: unknown): void {
  if (!(error instanceof VfsError)) throw error;
}

/** `bash: line 3: `: what a message begins with. */
export function messageStart(shell: Shell, builtin: string | undefined): string {
  const named = builtin === undefined ? '' : `${builtin}: `;
  switch (shell.dialect) {
    case 'bash': {
      if (shell.isInteractive) return `${shell.title}: ${named}`;
      const title = shell.frames.at(-1)?.source ?? shell.scriptName ?? shell.title;
      return `${title}: ${shell.tellsLines ? `line ${shell.line}: ` : ''}${named}`;
    }
    case 'dash':
      return `${shell.title}: ${shell.line}: ${named}`;
    case 'ash': {
      const title = shell.title;
      if (builtin !== undefined)
        return `${title}: ${named}${shell.isInteractive ? '' : `line ${shell.commandString === undefined ? shell.line : 0}: `}`;
      return shell.scriptName !== undefined ? `${title}: line ${shell.line}: ` : `${title}: `;
    }
  }
}

/** Words for what a filesystem call refused: `PATH: No such file or directory`. */
export function describeFault(error: VfsError, path = error.path): string {
  return path === '' ? errnoText(error.code) : `${path}: ${errnoText(error.code)}`;
}

/** Tells what cannot be parsed. `where`: `-c`, `eval`, or nothing. */
export function complainOfSyntax(shell: Shell, fault: SyntaxFault, where: string): undefined | Promise<void> {
  const text = shell.isBash ? bashSyntax(shell, fault, where) : posixSyntax(shell, fault, where);
  return writeError(shell, text);
}

function bashSyntax(shell: Shell, fault: SyntaxFault, where: string): string {
  const title = shell.frames.at(-1)?.source ?? shell.scriptName ?? shell.title;
  const line = shell.isInteractive && where === '' ? '' : `line ${fault.line}: `;
  const start = `${title}: ${where === '' ? '' : `${where}: `}${line}`;
  switch (fault.kind) {
    case 'quote':
      return `${start}unexpected EOF while looking for matching \`${fault.token}'\n`;
    case 'end':
      return `${start}syntax error: unexpected end of file\n`;
    default: {
      const shown = line === '' && where === '' ? '' : `${start}\`${fault.lineText}'\n`;
      return `${start}syntax error near unexpected token \`${fault.token}'\n${shown}`;
    }
  }
}

function posixSyntax(shell: Shell, fault: SyntaxFault, where: string): string {
  const isDash = shell.dialect === 'dash';
  const named = where === 'eval' ? 'eval: ' : '';
  const start = isDash
    ? `${shell.title}: ${fault.line}: ${named}Syntax error: `
    : `${shell.title}: ${named}${shell.scriptName !== undefined && where === '' ? `line ${fault.line}: ` : named === '' ? '' : 'line 0: '}syntax error: `;
  switch (fault.kind) {
    case 'quote':
      if (fault.token === '}') return `${start}${isDash ? "Missing '}'" : "missing '}'"}\n`;
      if (fault.token === ')') return `${start}${endWords(isDash)} (expecting ")")\n`;
      if (fault.token === '`')
        return `${start}${isDash ? 'EOF in backquote substitution' : 'EOF in backquote substitution'}\n`;
      return `${start}${isDash ? 'Unterminated quoted string' : 'unterminated quoted string'}\n`;
    case 'words':
      return `${start}${fault.token}\n`;
    case 'end':
      return `${start}${endWords(isDash)}${expecting(fault)}\n`;
    default: {
      const token = fault.token === 'newline' ? 'newline' : `"${fault.token}"`;
      return `${start}${isDash ? `${token} unexpected` : `unexpected ${token}`}${expecting(fault)}\n`;
    }
  }
}

function endWords(isDash: boolean): string {
  return isDash ? 'end of file unexpected' : 'unexpected end of file';
}

function expecting({ expected }: SyntaxFault): string {
  return expected === undefined ? '' : ` (expecting "${expected}")`;
}

/** Tells an error of a command or an expansion. */
export function complainOf(shell: Shell, error: ShellError, builtin?: string): undefined | Promise<void> {
  if (error.message === '') return undefined;
  const message = shell.isBash ? error.message : error.message.replace(/readonly variable$/, 'is read only');
  if (error.start !== undefined) return writeError(shell, `${error.start}${message}\n`);
  return complain(shell, message, builtin);
}

/** Keeps where an error happened, before a function or file is left. */
export function located(shell: Shell, error: unknown): unknown {
  if (error instanceof ShellError) error.start ??= messageStart(shell, undefined);
  return error;
}

/** The status with which an error ends a shell: dash and ash have but one. */
export function statusOfError(shell: Shell, error: ShellError): number {
  return shell.isBash || error.code === 'command' ? error.status : 2;
}
