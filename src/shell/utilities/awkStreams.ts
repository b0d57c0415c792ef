import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { RecordReader } from './awkRecords.ts';
import { AwkError } from './awkSyntax.ts';
import { causeOf } from './failure.ts';
import { readFromShell, runShell, writeToShell } from './shellCommand.ts';
import { TextOutput } from './textOutput.ts';

interface OutputStream {
  readonly text: TextOutput;
  readonly file: OpenFile | undefined;
  readonly child: Process | undefined;
}

interface InputStream {
  readonly reader: RecordReader;
  readonly child: Process | undefined;
}

/** The files and commands that a program has open, by the name that it gave. */
export class AwkStreams {
  readonly standard: TextOutput;
  readonly #process: Process;
  readonly #outputs = new Map<string, OutputStream>();
  readonly #inputs = new Map<string, InputStream>();

  constructor(process: Process) {
    this.#process = process;
    this.standard = new TextOutput(process);
  }

  async output(how: '>' | '>>' | '|', name: string): Promise<TextOutput> {
    const key = how === '|' ? `|${name}` : `>${name}`;
    const known = this.#outputs.get(key);
    if (known) return known.text;
    if (name === '/dev/stdout' || (name === '-' && how !== '|')) return this.standard;
    const process = this.#process;
    let stream: OutputStream;
    if (how === '|') {
      await this.flush();
      const { file, child } = await writeToShell(process, name);
      stream = { file, child, text: new TextOutput(process, (bytes) => file.write(bytes)) };
    } else if (name === '/dev/stderr') {
      stream = { file: undefined, child: undefined, text: new TextOutput(process, (bytes) => process.write(2, bytes)) };
    } else {
      try {
        const file = await open(process, name, O_WRONLY | O_CREAT | (how === '>' ? O_TRUNC : O_APPEND));
        stream = { file, child: undefined, text: new TextOutput(process, (bytes) => file.write(bytes)) };
      } catch (error) {
        throw new AwkError(`cannot open "${name}" for output (${causeOf(error)})`);
      }
    }
    this.#outputs.set(key, stream);
    return stream.text;
  }

  /** Undefined for a file that cannot be opened. */
  async input(kind: 'file' | 'command', name: string): Promise<RecordReader | undefined> {
    const key = kind === 'command' ? `|${name}` : `<${name}`;
    const known = this.#inputs.get(key);
    if (known) return known.reader;
    const process = this.#process;
    let file: OpenFile;
    let child: Process | undefined;
    if (kind === 'command') {
      await this.flush();
      ({ file, child } = await readFromShell(process, name));
    } else {
      try {
        file = name === '-' || name === '/dev/stdin' ? process.file(0).retain() : await open(process, name, O_RDONLY);
      } catch (error) {
        if (error instanceof VfsError) return undefined;
        throw error;
      }
    }
    const bytes = {
      read: () => {
        const reading = file.read(65536);
        return reading instanceof Promise ? process.waitFor(reading) : reading;
      },
      close: () => file.close(),
    };
    const reader = new RecordReader(bytes, () => this.flush());
    this.#inputs.set(key, { reader, child });
    return reader;
  }

  async system(command: string): Promise<number> {
    await this.flush();
    return runShell(this.#process, command);
  }

  /** Closes what has that name. Gives the status of a command, -1 where nothing has it. */
  async close(name: string): Promise<number> {
    let status = -1;
    for (const key of [`>${name}`, `|${name}`]) {
      const stream = this.#outputs.get(key);
      if (!stream) continue;
      this.#outputs.delete(key);
      status = await this.#closeOutput(stream);
    }
    for (const key of [`<${name}`, `|${name}`]) {
      const stream = this.#inputs.get(key);
      if (!stream) continue;
      this.#inputs.delete(key);
      await stream.reader.close();
      status = await this.#ended(stream.child);
    }
    return status;
  }

  async #closeOutput({ text, file, child }: OutputStream): Promise<number> {
    await this.standard.flush();
    await text.flush();
    file?.close();
    return this.#ended(child);
  }

  async #ended(child: Process | undefined): Promise<number> {
    if (!child) return 0;
    const status = await this.#process.waitFor(child.wait());
    this.#process.reap(child);
    return exitCode(status);
  }

  async flush(): Promise<void> {
    await this.standard.flush();
    for (const { text } of this.#outputs.values()) await text.flush();
  }

  async closeAll(): Promise<void> {
    await this.flush();
    for (const stream of this.#outputs.values()) await this.#closeOutput(stream);
    for (const { reader, child } of this.#inputs.values()) {
      await reader.close();
      await this.#ended(child);
    }
  }
}
