import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { parseScript } from '../syntax/parseScript.ts';
import { refusedBy } from '../syntax/refused.ts';
import type { Script, Statement } from '../syntax/tree.ts';
import { expandAliases } from './aliases.ts';
import { complainOf, complainOfSyntax } from './complain.ts';
import { giveWay, runStatements } from './lists.ts';
import { Run } from '../state/shell.ts';

export interface RunTextOptions {
  /** As of `Run`; `last` allows the last command to replace the shell. */
  readonly flags?: number;
  /** Named in messages of syntax: `-c`. */
  readonly where?: string;
  readonly firstLine?: number;
}

/** Status of a text that cannot be parsed. */
export const SYNTAX_STATUS = 2;

/** Runs a whole text as a shell reads it: line by line, so that a fault comes after what stands before it, and an error
 *  of an expansion takes only its own line with it. Throws Jump. */
export async function runText(shell: Shell, text: string, options: RunTextOptions = {}): Promise<number> {
  const { flags = 0, where = '', firstLine = 1 } = options;
  let script = parse(shell, text, firstLine);
  let source = text;
  let line = firstLine;
  let status = 0;
  for (let i = 0; i < script.statements.length;) {
    const unit = unitAt(script, source, i);
    if (script.fault && onFaultyLine(script, source, unit)) break;
    if (shell.options.has('noexec') && !shell.isInteractive) {
      i += unit.length;
      continue;
    }
    const isLast = i + unit.length === script.statements.length && !script.fault;
    const aliasesBefore = shell.aliasVersion;
    status = await runUnit(shell, unit, isLast ? flags : flags & ~Run.last);
    i += unit.length;
    const waiting = giveWay(shell);
    if (waiting) await waiting;
    if (shell.aliasVersion !== aliasesBefore && i < script.statements.length) {
      // What follows is read with the aliases that there are now.
      const rest = source.indexOf('\n', (unit.at(-1) as Statement).end) + 1;
      if (rest > 0) {
        line += countLines(source.slice(0, rest));
        source = source.slice(rest);
        script = parse(shell, source, line);
        i = 0;
      }
    }
  }
  if (!script.fault) return status;
  await complainOfSyntax(shell, script.fault, where);
  shell.status = SYNTAX_STATUS;
  throw new ShellError('syntax', '', SYNTAX_STATUS);
}

function parse(shell: Shell, text: string, firstLine: number): Script {
  const script = parseScript(expandAliases(shell, text), firstLine);
  const refused = refusedBy(script, shell.dialect);
  if (!refused || (script.fault && script.fault.pos < refused.pos)) return script;
  return { ...script, fault: refused };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The statements that a shell reads at once: those up to the end of the line. */
function unitAt(script: Script, text: string, from: number): readonly Statement[] {
  const { statements } = script;
  let to = from + 1;
  while (to < statements.length) {
    const end = (statements[to - 1] as Statement).end;
    const start = (statements[to] as Statement).pos;
    const newline = text.indexOf('\n', end);
    if (newline >= 0 && newline < start) break;
    to++;
  }
  return from === 0 && to === statements.length ? statements : statements.slice(from, to);
}

/** Whether the fault stands on the same line, so that nothing of it is run. */
function onFaultyLine(script: Script, text: string, unit: readonly Statement[]): boolean {
  const { fault } = script;
  if (!fault) return false;
  const last = unit.at(-1) as Statement;
  if (fault.breaksLast && last === script.statements.at(-1)) return true;
  if (fault.pos <= last.end) return true;
  const newline = text.indexOf('\n', last.end);
  return newline < 0 || newline >= fault.pos;
}

async function runUnit(shell: Shell, unit: readonly Statement[], flags: number): Promise<number> {
  try {
    return await runStatements(shell, unit, flags);
  } catch (error) {
    if (!(error instanceof ShellError) || error.code === 'syntax') throw error;
    return afterError(shell, error);
  }
}

/** An error that took a line with it: scripts of bash go on with the next, but for those that end it. */
async function afterError(shell: Shell, error: ShellError): Promise<number> {
  const { isFatal } = errorEffect(shell, error);
  if (isFatal) throw error;
  await complainOf(shell, error);
  shell.status = error.status;
  return error.status;
}

export function errorEffect(shell: Shell, error: ShellError): { readonly isFatal: boolean } {
  if (shell.isInteractive) return { isFatal: false };
  if (!shell.isBash || shell.isPosix) return { isFatal: true };
  // `${x?}` and `set -u` end a script; so does anything within a subshell or function of one.
  return { isFatal: error.code === 'fatal' || shell.subshellDepth > 0 };
}
