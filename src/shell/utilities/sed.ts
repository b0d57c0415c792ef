import { S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { chmod, chown, isLink, link, open, realpath, rename, stat, unlink } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { RegexError } from '../regex/regexError.ts';
import { causeOf, isErrno } from './failure.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { readWhole } from './readWhole.ts';
import { SedFiles, SedOutput } from './sedFiles.ts';
import { SedInput } from './sedInput.ts';
import { SedFault, SedMachine } from './sedMachine.ts';
import { parseSed } from './sedParser.ts';
import type { ScriptPiece } from './sedReader.ts';
import { type SedCommand, SedScriptError } from './sedScript.ts';
import { InputError, openInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  quiet: '-n --quiet --silent',
  expression: '-e --expression=SCRIPT',
  file: '-f --file=FILE',
  extended: '-E -r --regexp-extended',
  inPlace: '-i --in-place[=SUFFIX]',
  length: '-l --line-length=N',
  posix: '--posix',
  separate: '-s --separate',
  // What was printed is written before more input is waited for.
  unbuffered: '-u --unbuffered',
  zero: '-z --null-data',
  follow: '--follow-symlinks',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** sed(1), GNU's. */
export const sed: Program = utility(
  {
    usage: '[OPTION]... {script-only-if-no-other-script} [input-file]...',
    options: OPTIONS,
    notSimulated: '--debug --sandbox',
    version: '(GNU sed) 4.9',
  },
  async (process, options) => {
    try {
      const [pieces, operands] = await scriptOf(process, options);
      let script = pieces;
      const quietLine = /^#n(\n|$)/.test(pieces[0]?.text ?? '');
      if (quietLine)
        script = [{ ...(pieces[0] as ScriptPiece), text: `#${pieces[0]?.text.slice(1) ?? ''}` }, ...pieces.slice(1)];
      const commands = parseSed(script, { extended: options.has('extended') });
      return await new Sed(process, options, commands, quietLine || options.has('quiet')).run(operands);
    } catch (error) {
      if (error instanceof SedScriptError) {
        const unknown = /^unknown command: `(.*)'$/s.exec(error.message);
        if (unknown && process.flavour === 'busybox') {
          await process.complain(`unsupported command ${unknown[1]}`);
          return 1;
        }
        await process.complain(error.place === '' ? error.message : `${error.place} ${error.message}`);
        return error.place === '' ? 4 : 1;
      }
      if (error instanceof SedFault || error instanceof RegexError) {
        await process.complain(error.message);
        return 4;
      }
      throw error;
    }
  },
);

async function scriptOf(process: Process, options: Options): Promise<[ScriptPiece[], readonly string[]]> {
  const pieces: ScriptPiece[] = [];
  let expressions = 0;
  for (const { name, value = '' } of options.given) {
    if (name === 'expression') pieces.push({ kind: 'expression', name: String(++expressions), text: value });
    if (name !== 'file') continue;
    try {
      const input = await openInput(process, value);
      const text = decodeName(await readWhole(process, input)).replace(/\n$/, '');
      input.close();
      pieces.push({ kind: 'file', name: value, text });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new SedFault(`couldn't open file ${value}: ${error.words}`);
    }
  }
  if (pieces.length > 0) return [pieces, options.operands];
  const [script, ...rest] = options.operands;
  if (script === undefined) throw new UsageError('operand', '');
  return [[{ kind: 'expression', name: '1', text: script }], rest];
}

class Sed {
  readonly #process: Process;
  readonly #options: Options;
  readonly #commands: readonly SedCommand[];
  readonly #quiet: boolean;
  #status = 0;

  constructor(process: Process, options: Options, commands: readonly SedCommand[], quiet: boolean) {
    this.#process = process;
    this.#options = options;
    this.#commands = commands;
    this.#quiet = quiet;
  }

  async run(operands: readonly string[]): Promise<number> {
    const process = this.#process;
    const zero = this.#options.has('zero');
    const standard = new SedOutput(new TextOutput(process));
    const files = new SedFiles(process, standard);
    try {
      for (const path of this.#filesWritten()) await files.create(path);
    } catch (error) {
      const path = error instanceof VfsError ? error.path : '';
      await process.complain(`couldn't open file ${path}: ${causeOf(error)}`);
      return 4;
    }
    const flush = async () => {
      await standard.text.flush();
      await files.flush();
    };
    const inputOf = (names: readonly string[], beforeWait: () => unknown) =>
      new SedInput(process, names, {
        delimiter: zero ? 0 : 0x0a,
        beforeWait,
        complain: async (error) => {
          await flush();
          await this.#cannotRead(error);
        },
      });
    const names = operands.length > 0 ? operands : ['-'];
    const settings = {
      quiet: this.#quiet,
      lineEnd: zero ? '\0' : '\n',
      lineWidth: this.#lineWidth(),
      posix: this.#options.has('posix'),
    };
    const machine = new SedMachine(process, this.#commands, settings, {
      files,
      input: inputOf(names, flush),
      output: standard,
    });
    let code: number | undefined;
    try {
      if (this.#options.has('inPlace')) {
        code = await this.#inPlace(machine, names, files, (name) => inputOf([name], () => files.flush()));
      } else if (this.#options.has('separate')) {
        for (const name of names) {
          machine.moveTo(inputOf([name], flush), standard);
          code = await machine.run();
          if (code !== undefined) break;
        }
      } else {
        code = await machine.run();
      }
    } finally {
      if (!process.hasEnded && !process.isKilled) await flush();
      files.close();
    }
    return code || this.#status;
  }

  #lineWidth(): number {
    const text = this.#options.value('length');
    if (text === undefined) return 70;
    if (!/^\d+$/.test(text)) throw new UsageError('operand', `invalid line length: ${text}`, { bare: true });
    return Number(text);
  }

  *#filesWritten(): Generator<string> {
    for (const command of this.#commands) {
      if (command.name === 'w' || command.name === 'W') yield command.text;
      if (command.substitution?.file !== undefined) yield command.substitution.file;
    }
  }

  async #cannotRead({ stage, operand, words }: InputError): Promise<void> {
    this.#status = this.#process.flavour === 'busybox' ? 1 : 2;
    if (this.#process.flavour === 'busybox') await this.#process.complain(`${operand}: ${words}`);
    else if (stage === 'open') await this.#process.complain(`can't read ${operand}: ${words}`);
    else if (words === 'Is a directory') await this.#process.complain(`couldn't edit ${operand}: not a regular file`);
    else await this.#process.complain(`read error on ${operand}: ${words}`);
  }

  /** Writes each file anew beside itself, then puts it in its place: another inode, as the real one does. */
  async #inPlace(
    machine: SedMachine,
    names: readonly string[],
    files: SedFiles,
    inputOf: (name: string) => SedInput,
  ): Promise<number | undefined> {
    const process = this.#process;
    for (const given of names) {
      const name = this.#options.has('follow') ? this.#target(given) : given;
      let before: ReturnType<typeof stat>;
      try {
        before = stat(process, name);
      } catch (error) {
        await process.complain(`can't read ${name}: ${causeOf(error)}`);
        this.#status = 2;
        continue;
      }
      if ((before.mode & S_IFMT) !== S_IFREG) {
        await process.complain(`couldn't edit ${name}: not a regular file`);
        this.#status = 4;
        continue;
      }
      const directory = name.slice(0, name.lastIndexOf('/') + 1);
      const temporary = `${directory}sed${this.#randomName()}`;
      let file: Awaited<ReturnType<typeof open>>;
      try {
        file = await open(process, temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600);
      } catch (error) {
        await process.complain(`couldn't open temporary file ./${temporary}: ${causeOf(error)}`);
        return 4;
      }
      const input = inputOf(name);
      let code: number | undefined;
      try {
        const output = new SedOutput(new TextOutput(process, (bytes) => file.write(bytes)));
        machine.moveTo(input, output);
        code = await machine.run();
        await output.text.flush();
      } catch (error) {
        unlink(process, temporary);
        throw error;
      } finally {
        file.close();
        input.close();
      }
      this.#takeAttributes(temporary, before);
      this.#keepBackup(name);
      rename(process, temporary, name);
      await files.flush();
      if (code !== undefined) return code;
    }
    return undefined;
  }

  /** Where a link leads, so that it stays one. */
  #target(name: string): string {
    try {
      return isLink(this.#process, name) ? realpath(this.#process, name) : name;
    } catch (error) {
      causeOf(error);
      return name;
    }
  }

  #takeAttributes(path: string, before: ReturnType<typeof stat>): void {
    try {
      chown(this.#process, path, before.uid, before.gid);
    } catch (error) {
      if (!isErrno(error, 'EPERM')) throw error;
    }
    chmod(this.#process, path, before.mode & 0o7777);
  }

  #keepBackup(name: string): void {
    const suffix = this.#options.value('inPlace');
    if (!suffix) return;
    const slash = name.lastIndexOf('/') + 1;
    const base = name.slice(slash);
    const backup = suffix.includes('*') ? suffix.replaceAll('*', base) : base + suffix;
    const path = backup.includes('/') ? backup : name.slice(0, slash) + backup;
    try {
      unlink(this.#process, path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
    link(this.#process, name, path);
  }

  #randomName(): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    return [...this.#process.kernel.random(6)].map((byte) => letters[byte % letters.length]).join('');
  }
}
