import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { endOf } from './followProgram.ts';

/** A shell that waits for the command it is to run, in a process group of its own. It is there before it is needed:
 *  forking takes a process of 150 MB 4 ms, and a shell hardly any. It ends with this process. */
export class WaitingShell {
  readonly child: ChildProcess & { readonly stderr: Readable };
  readonly ended: Promise<number | null>;
  readonly #script: Writable;
  /** Descriptor 3 of what it runs. */
  readonly #line: Writable;

  constructor() {
    const child = spawn(SHELL, [], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child as ChildProcess & { readonly stderr: Readable };
    this.ended = endOf(child, SHELL);
    this.#script = child.stdin as Writable;
    this.#line = child.stdio[3] as Writable;
    // Nobody may be waiting yet; and what has ended reads nothing.
    this.ended.catch(() => undefined);
    for (const stream of [this.#script, this.#line]) stream.on('error', () => undefined);
    this.#handles('unref');
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  /** Runs a script, after which it ends with the script's status. */
  run(script: string): void {
    this.#handles('ref');
    this.#script.end(script);
  }

  /** Ends one that nobody needs. */
  end(): void {
    this.#script.end();
  }

  /** What the script reads from descriptor 3. */
  tell(line: string): void {
    this.#line.end(`${line}\n`);
  }

  /** While it waits it keeps no process alive. */
  #handles(what: 'ref' | 'unref'): void {
    const handles: readonly unknown[] = [this.child, this.#script, this.#line, this.child.stderr];
    for (const handle of handles) (handle as { readonly ref?: () => void; readonly unref?: () => void })[what]?.();
  }
}

const SHELL = '/bin/sh';

/** As one word of a shell's command, whatever stands in it (POSIX, XCU 2.2.2). It holds no NUL. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new Error('a word with a NUL in it');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
