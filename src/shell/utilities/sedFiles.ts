import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { InputError, LineReader, openInput, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';

/** An output of sed: a line that lacked its end gets it only when another follows. */
export class SedOutput {
  readonly text: TextOutput;
  #lacksEnd = '';

  constructor(text: TextOutput) {
    this.text = text;
  }

  line(text: string, end: string): undefined | Promise<void> {
    const written = this.#lacksEnd + text + end;
    this.#lacksEnd = '';
    return this.text.put(written);
  }

  /** The last line of an input without its end. */
  unended(text: string, end: string): undefined | Promise<void> {
    const written = this.#lacksEnd + text;
    this.#lacksEnd = end;
    return this.text.put(written);
  }

  /** Ends a line that lacked its end. */
  complete(): undefined | Promise<void> {
    return this.#lacksEnd === '' ? undefined : this.raw('');
  }

  raw(text: string): undefined | Promise<void> {
    const written = this.#lacksEnd + text;
    this.#lacksEnd = '';
    return this.text.put(written);
  }
}

/** Files that a script writes with `w` and reads line by line with `R`. */
export class SedFiles {
  readonly #process: Process;
  readonly #standard: SedOutput;
  /** `/dev/stdout`: the same place, but a line's lacking end is its own. */
  readonly #errors: SedOutput;
  readonly #outputs = new Map<string, { output: SedOutput; file: OpenFile }>();
  readonly #inputs = new Map<string, { input: TextInput; reader: LineReader } | undefined>();

  constructor(process: Process, standard: SedOutput) {
    this.#process = process;
    this.#standard = new SedOutput(standard.text);
    this.#errors = new SedOutput(new TextOutput(process, (bytes) => process.write(2, bytes)));
  }

  /** Makes a file before the first line is read. Throws VfsError. */
  async create(path: string): Promise<void> {
    if (path === '/dev/stdout' || path === '/dev/stderr' || this.#outputs.has(path)) return;
    const file = await open(this.#process, path, O_WRONLY | O_CREAT | O_TRUNC);
    this.#outputs.set(path, {
      file,
      output: new SedOutput(new TextOutput(this.#process, (bytes) => file.write(bytes))),
    });
  }

  output(path: string): SedOutput {
    if (path === '/dev/stdout') return this.#standard;
    if (path === '/dev/stderr') return this.#errors;
    return this.#outputs.get(path)?.output ?? this.#standard;
  }

  /** The next line of a file; undefined where there is none, or no file. */
  async line(path: string): Promise<{ readonly text: string; readonly isEnded: boolean } | undefined> {
    if (!this.#inputs.has(path)) {
      try {
        const input = await openInput(this.#process, path === '/dev/stdin' ? '-' : path);
        this.#inputs.set(path, { input, reader: new LineReader(input) });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.#inputs.set(path, undefined);
      }
    }
    const reader = this.#inputs.get(path)?.reader;
    const text = await reader?.next();
    return text === undefined ? undefined : { text, isEnded: reader?.wasTerminated ?? true };
  }

  async flush(): Promise<void> {
    await this.#errors.text.flush();
    for (const { output } of this.#outputs.values()) await output.text.flush();
  }

  close(): void {
    for (const { file } of this.#outputs.values()) file.close();
    for (const entry of this.#inputs.values()) entry?.input.close();
  }
}
