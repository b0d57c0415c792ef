import type { Pty } from '../../kernel/pty.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import { type EditedLine, LineEditor } from '../../lineEditor/lineEditor.ts';
import { notifyJobs } from '../builtins/jobControl.ts';
import { complainOf, writeError } from '../execution/complain.ts';
import { runText } from '../execution/runText.ts';
import { expandText } from '../execution/trace.ts';
import { expandPrompt } from '../expansion/prompt.ts';
import { Jump, ShellError } from '../shellError.ts';
import { History } from '../state/history.ts';
import { loadHistory, saveHistory } from '../state/historyFile.ts';
import { isStopped } from '../state/jobs.ts';
import type { Shell } from '../state/shell.ts';
import type { Invocation } from './arguments.ts';
import { completeWord } from './completion.ts';
import { expandHistory } from './historyExpansion.ts';
import { isIncomplete, runFromDescriptor } from './readScript.ts';
import { readSettings } from './settingsFile.ts';

const INTERRUPTED = 128 + SIGNALS.INT;

/** A shell that somebody talks to: prompts, edits lines, runs them, until Ctrl-D or `exit`. */
export async function interact(shell: Shell, invocation: Invocation): Promise<number> {
  const terminal = shell.process.files.get(0)?.terminal;
  shell.shopt.set('expand_aliases', true);
  if (terminal) takeTerminal(shell, terminal);
  await readSettings(shell, invocation);
  if (!terminal) return runFromDescriptor(shell, 0);
  const history = shell.history ?? new History();
  shell.history = history;
  if (shell.isBash) {
    if (!shell.variables.find('HISTFILE'))
      shell.variables.set('HISTFILE', `${shell.variables.get('HOME') ?? ''}/.bash_history`);
    await loadHistory(shell, history);
  }
  const editor = new LineEditor(shell.process, terminal);
  const status = await new Conversation(shell, terminal, editor, history).run();
  if (shell.isBash) await saveHistory(shell, history);
  return status;
}

/** Job control, and signals that must not end the shell. Handlers are not inherited by what it starts. */
function takeTerminal(shell: Shell, terminal: Pty): void {
  const { process } = shell;
  shell.options.add('monitor').add('emacs').add('history');
  if (shell.isBash) shell.options.add('histexpand');
  terminal.foregroundGroup = process.group;
  const interrupt = (): void => {
    throw new Jump('interrupt', INTERRUPTED);
  };
  const nothing = (): void => undefined;
  for (const signal of [SIGNALS.TERM, SIGNALS.QUIT, SIGNALS.TSTP, SIGNALS.TTIN, SIGNALS.TTOU]) {
    shell.usualHandlers.set(signal, nothing);
  }
  shell.usualHandlers.set(SIGNALS.INT, interrupt);
  for (const [signal, handler] of shell.usualHandlers) process.onSignal(signal, handler);
}

class Conversation {
  readonly #shell: Shell;
  readonly #terminal: Pty;
  readonly #editor: LineEditor;
  readonly #history: History;
  #hasWarned = false;

  constructor(shell: Shell, terminal: Pty, editor: LineEditor, history: History) {
    this.#shell = shell;
    this.#terminal = terminal;
    this.#editor = editor;
    this.#history = history;
  }

  async run(): Promise<number> {
    const shell = this.#shell;
    for (;;) {
      let text: string | undefined;
      try {
        await this.#beforePrompt();
        text = await this.#readCommand();
      } catch (error) {
        if (!(error instanceof Jump) || error.kind !== 'interrupt') throw error;
        shell.status = error.value;
        continue;
      }
      if (text === undefined) {
        if (this.#mayLeave()) {
          await writeError(shell, shell.isLogin ? 'logout\n' : shell.isBash ? 'exit\n' : '\n');
          return shell.status;
        }
        await writeError(shell, 'There are stopped jobs.\n');
        continue;
      }
      if (text === '') continue;
      const status = await this.#run(text);
      shell.process.kernel.onCommandLine?.(text.trimEnd(), shell.process);
      if (status !== undefined) return status;
    }
  }

  async #beforePrompt(): Promise<void> {
    const shell = this.#shell;
    await notifyJobs(shell);
    const { variables } = shell;
    if (shell.isSet('checkwinsize')) {
      variables.set('COLUMNS', String(this.#terminal.columns));
      variables.set('LINES', String(this.#terminal.rows));
    }
    const command = shell.isBash ? variables.get('PROMPT_COMMAND') : undefined;
    if (!command) return;
    const { status } = shell;
    await this.#guarded(command);
    shell.status = status;
  }

  /** A whole command, over several lines where it needs them; '' for an empty line, undefined at the end. */
  async #readCommand(): Promise<string | undefined> {
    const shell = this.#shell;
    let text = '';
    for (;;) {
      const line = await this.#readLine(text === '' ? 'PS1' : 'PS2');
      if (line.kind === 'interrupted') {
        shell.status = INTERRUPTED;
        text = '';
        continue;
      }
      if (line.kind === 'end') {
        if (text === '') return undefined;
        await this.#guarded(text);
        text = '';
        continue;
      }
      const expanded = await this.#expandHistory(line.text);
      if (expanded === undefined) continue;
      text += `${expanded}\n`;
      if (text.trim() === '') return '';
      if (isIncomplete(shell, text, 1)) continue;
      this.#remember(text.replace(/\n$/, ''));
      return text;
    }
  }

  async #readLine(prompt: 'PS1' | 'PS2'): Promise<EditedLine> {
    const shell = this.#shell;
    const source = shell.variables.get(prompt) ?? '';
    const escaped = shell.dialect === 'dash' ? source : expandPrompt(shell, source);
    const shown = /[$`]/.test(escaped) ? await expandText(shell, escaped) : escaped;
    return this.#editor.readLine(shown, {
      history: this.#history.lines,
      complete: (text, at) => completeWord(shell, text, at),
    });
  }

  async #expandHistory(line: string): Promise<string | undefined> {
    const shell = this.#shell;
    if (!shell.options.has('histexpand') || !/[!^]/.test(line)) return line;
    const expanded = expandHistory(line, this.#history);
    if ('event' in expanded) {
      await writeError(shell, `${shell.title}: ${expanded.event}: event not found\n`);
      return undefined;
    }
    if (expanded.text !== line) await writeError(shell, `${expanded.text}\n`);
    return expanded.text;
  }

  #remember(text: string): void {
    const control = this.#shell.variables.get('HISTCONTROL') ?? '';
    if (/ignore(?:space|both)/.test(control) && /^\s/.test(text)) return;
    if (/ignore(?:dups|both)/.test(control) && this.#history.lines.at(-1) === text) return;
    this.#history.add(text);
  }

  /** Undefined: go on. Else the status to leave with. */
  async #run(text: string): Promise<number | undefined> {
    const shell = this.#shell;
    try {
      await runText(shell, text);
    } catch (error) {
      if (error instanceof Jump) {
        shell.status = error.value;
        if (error.kind === 'interrupt') await writeError(shell, '\n');
        if (error.kind === 'exit') {
          if (this.#mayLeave()) {
            if (shell.isBash && /^\s*(?:exit|logout)\b/.test(text))
              await writeError(shell, shell.isLogin ? 'logout\n' : 'exit\n');
            return error.value;
          }
          await writeError(shell, 'There are stopped jobs.\n');
        }
      } else if (error instanceof ShellError) {
        if (error.code !== 'syntax') await complainOf(shell, error);
        shell.status = error.status;
      } else throw error;
    }
    if (this.#hasWarned && !/^\s*(?:exit|logout)\b/.test(text)) this.#hasWarned = false;
    return undefined;
  }

  async #guarded(text: string): Promise<void> {
    try {
      await runText(this.#shell, text);
    } catch (error) {
      if (!(error instanceof ShellError) && !(error instanceof Jump)) throw error;
      this.#shell.status = error instanceof Jump ? error.value : error.status;
    }
  }

  /** Stopped jobs keep a shell from leaving, once. */
  #mayLeave(): boolean {
    if (this.#hasWarned || !this.#shell.jobs.some(isStopped)) return true;
    this.#hasWarned = true;
    return false;
  }
}
