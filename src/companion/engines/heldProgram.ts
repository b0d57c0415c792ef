import { CompanionError } from '../companionError.ts';
import { followProgram, killGroup } from './followProgram.ts';
import type { ProgramWords } from './runProgram.ts';
import { shellWord, WaitingShell } from './waitingShell.ts';

/** What a held program reads before it does anything: a pipe. What Node gives a child is a socket, which cannot be
 *  opened by a name. */
export const HELD_FILE = '/dev/stdin';
/** Of a shell that cannot find what it was told to run (POSIX, XCU 2.8.2). */
const NOT_FOUND = 127;

/** A program that was started before there was all it needs, and waits for it: one of its words is `HELD_FILE`. Its
 *  process group is its own. When this process dies it reads an empty file. */
export class HeldProgram {
  readonly #program: string;
  readonly #shell: WaitingShell;

  /** Starts it, in a shell that waits where there is one. */
  constructor(words: ProgramWords, spare?: WaitingShell) {
    this.#program = words.program;
    this.#shell = spare?.isAlive ? spare : new WaitingShell();
    this.#shell.run(scriptOf(words));
  }

  /** Lets it go on with a text of one line, until it ends: as `runProgram`. */
  async release(line: string, signal: AbortSignal, onLine: (line: string) => void): Promise<number | null> {
    if (signal.aborted) {
      await this.discard();
      throw signal.reason;
    }
    this.#shell.tell(line);
    const { child, ended } = this.#shell;
    const code = await followProgram(child, ended, signal, onLine);
    if (code === NOT_FOUND) throw new CompanionError('noEngine', `${this.#program} is not installed`);
    return code;
  }

  /** Ends one that was not let go. Resolves when it is gone. */
  async discard(): Promise<void> {
    const { child, ended } = this.#shell;
    killGroup(child);
    child.stderr.resume();
    await ended.catch(() => undefined);
  }
}

function scriptOf({ program, words, folder, environment }: ProgramWords): string {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  const command = [...settings, ...[program, ...words].map(shellWord)].join(' ');
  return `cd ${shellWord(folder)} && { IFS= read -r line <&3; printf %s "$line"; } | ${command} 3<&-\n`;
}
