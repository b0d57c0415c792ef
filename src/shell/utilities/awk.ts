import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { RegexError } from '../regex/regexError.ts';
import { AwkInputs, unescapeArgument } from './awkInputs.ts';
import { AwkInterpreter, Unwinding } from './awkInterpreter.ts';
import { parseAwk } from './awkParser.ts';
import { AwkStreams } from './awkStreams.ts';
import { AwkError, type AwkProgram, type Rule } from './awkSyntax.ts';
import { inputValue } from './awkValue.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { readWhole } from './readWhole.ts';
import { InputError, openInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  separator: '-F --field-separator=FS',
  assign: '-v --assign=VAR=VALUE',
  file: '-f --file=FILE',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** awk(1): POSIX's language with the functions of gawk that scripts use. */
export const awk: Program = utility(
  {
    usage: '[-F FS] [-v VAR=VALUE] [PROGRAM | -f FILE...] [FILE...]',
    options: OPTIONS,
    usageStatus: 2,
    permute: false,
    version: '1.3.4 20200120',
  },
  async (process, options) => {
    try {
      const [source, operands] = await sourceOf(process, options);
      return await run(process, options, parseAwk(source), operands);
    } catch (error) {
      if (error instanceof RegexError) return fail(process, error.message);
      if (!(error instanceof AwkError)) throw error;
      if (process.flavour === 'busybox' && error.line !== undefined) {
        await process.complain(`cmd. line:${error.line}: Unexpected token`);
        return 1;
      }
      return fail(process, error.line === undefined ? error.message : `line ${error.line}: ${error.message}`);
    }
  },
);

async function fail(process: Process, message: string): Promise<number> {
  await process.complain(message);
  return 2;
}

async function sourceOf(process: Process, options: Options): Promise<[string, readonly string[]]> {
  if (!options.has('file')) {
    const [source, ...rest] = options.operands;
    if (source === undefined) throw new UsageError('operand', 'no program text');
    return [source, rest];
  }
  const sources: string[] = [];
  for (const path of options.values('file')) {
    try {
      const input = await openInput(process, path);
      sources.push(decodeName(await readWhole(process, input)));
      input.close();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new AwkError(`cannot open "${path}" (${error.words})`);
    }
  }
  return [sources.join('\n').replace(/^#!/, '#'), options.operands];
}

async function run(
  process: Process,
  options: Options,
  program: AwkProgram,
  operands: readonly string[],
): Promise<number> {
  const streams = new AwkStreams(process);
  const interpreter = new AwkInterpreter(process, program, streams);
  const inputs = new AwkInputs(process, interpreter);
  interpreter.inputs = inputs;
  const argv = interpreter.array('ARGV');
  for (const [i, word] of [process.name, ...operands].entries()) argv.set(String(i), inputValue(word));
  interpreter.assign('ARGC', operands.length + 1);
  const environ = interpreter.array('ENVIRON');
  for (const [name, value] of process.env) environ.set(name, inputValue(value));
  const separator = options.value('separator');
  if (separator !== undefined) interpreter.assign('FS', separator === 't' ? '\t' : unescapeArgument(separator));
  for (const text of options.values('assign')) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
    if (!match) throw new AwkError(`improper assignment: -v ${text}`);
    interpreter.assign(match[1] as string, inputValue(unescapeArgument(match[2] as string)));
  }
  try {
    await new Run(process, program, interpreter, inputs).all();
  } catch (error) {
    if (!(error instanceof AwkError)) throw error;
    await streams.flush();
    throw error;
  }
  await streams.closeAll();
  return interpreter.exitStatus & 0xff || inputs.status;
}

class Run {
  readonly #process: Process;
  readonly #program: AwkProgram;
  readonly #interpreter: AwkInterpreter;
  readonly #inputs: AwkInputs;

  constructor(process: Process, program: AwkProgram, interpreter: AwkInterpreter, inputs: AwkInputs) {
    this.#process = process;
    this.#program = program;
    this.#interpreter = interpreter;
    this.#inputs = inputs;
  }

  #rules(kind: Rule['kind']): Rule[] {
    return this.#program.rules.filter((rule) => rule.kind === kind);
  }

  async all(): Promise<void> {
    const [begin, main, end] = [this.#rules('begin'), this.#rules('main'), this.#rules('end')];
    // The END rules run after `exit`, too, but not after one of their own.
    const hasExited = await this.#blocks(begin);
    if (!hasExited && (main.length > 0 || end.length > 0)) await this.#records(main);
    await this.#blocks(end);
  }

  async #step(rule: Rule) {
    try {
      return await this.#interpreter.run(rule.body);
    } catch (error) {
      if (error instanceof Unwinding) return error.how;
      throw error;
    }
  }

  /** Gives whether `exit` came. */
  async #blocks(rules: readonly Rule[]): Promise<boolean> {
    for (const rule of rules) if ((await this.#step(rule)) === 'exit') return true;
    return false;
  }

  async #records(rules: readonly Rule[]): Promise<boolean> {
    const interpreter = this.#interpreter;
    for (let text = await this.#inputs.next(); text !== undefined; text = await this.#inputs.next()) {
      interpreter.record.set(text);
      for (const rule of rules) {
        if (!(await this.#selects(rule))) continue;
        const leaving = await this.#step(rule);
        if (leaving === 'exit') return true;
        if (leaving === 'nextfile') await this.#inputs.skipFile();
        if (leaving === 'next' || leaving === 'nextfile') break;
      }
      if (this.#process.isDue) await this.#process.pause();
    }
    return false;
  }

  async #selects(rule: Rule): Promise<boolean> {
    if (!rule.pattern) return true;
    if (!rule.until) return this.#interpreter.matches(rule.pattern);
    if (!rule.isOpen && !(await this.#interpreter.matches(rule.pattern))) return false;
    rule.isOpen = !(await this.#interpreter.matches(rule.until));
    return true;
  }
}
