import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { RegexError } from '../regex/regexError.ts';
import { AwkInputs, unescapeArgument } from './awkInputs.ts';
import { FunctionCompiler, unwound } from './awkFunctions.ts';
import { parseAwk } from './awkParser.ts';
import { type Soon, whenThere } from './awkSoon.ts';
import { AwkState } from './awkState.ts';
import { type Leaving, StatementCompiler } from './awkStatements.ts';
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
      if (error instanceof RangeError) return fail(process, 'program is nested too deeply');
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
  const state = new AwkState(process, program, streams);
  const inputs = new AwkInputs(process, state);
  state.inputs = inputs;
  const argv = state.array('ARGV');
  for (const [i, word] of [process.name, ...operands].entries()) argv.set(String(i), inputValue(word));
  state.assign('ARGC', operands.length + 1);
  const environ = state.array('ENVIRON');
  for (const [name, value] of process.env) environ.set(name, inputValue(value));
  const separator = options.value('separator');
  if (separator !== undefined) state.assign('FS', separator === 't' ? '\t' : unescapeArgument(separator));
  for (const text of options.values('assign')) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
    if (!match) throw new AwkError(`improper assignment: -v ${text}`);
    state.assign(match[1] as string, inputValue(unescapeArgument(match[2] as string)));
  }
  try {
    await new Run(state, program, inputs).all();
  } catch (error) {
    if (!(error instanceof AwkError)) throw error;
    await streams.flush();
    throw error;
  }
  await streams.closeAll();
  return state.exitStatus & 0xff || inputs.status;
}

/** A rule, made to be run. */
interface RuleCode {
  readonly kind: Rule['kind'];
  readonly run: () => Soon<Leaving>;
}

class Run {
  readonly #state: AwkState;
  readonly #inputs: AwkInputs;
  readonly #rules: readonly RuleCode[];

  constructor(state: AwkState, program: AwkProgram, inputs: AwkInputs) {
    this.#state = state;
    this.#inputs = inputs;
    const compiler = new StatementCompiler(new FunctionCompiler(state), 0);
    this.#rules = program.rules.map((rule) => ({ kind: rule.kind, run: ruleCode(compiler, rule) }));
  }

  #rulesOf(kind: Rule['kind']): RuleCode[] {
    return this.#rules.filter((rule) => rule.kind === kind);
  }

  async all(): Promise<void> {
    const [begin, main, end] = [this.#rulesOf('begin'), this.#rulesOf('main'), this.#rulesOf('end')];
    // The END rules run after `exit`, too, but not after one of their own.
    const hasExited = await this.#blocks(begin);
    if (!hasExited && (main.length > 0 || end.length > 0)) await this.#records(main);
    await this.#blocks(end);
  }

  /** Gives whether `exit` came. */
  async #blocks(rules: readonly RuleCode[]): Promise<boolean> {
    for (const rule of rules) if ((await unwound(rule.run)) === 'exit') return true;
    return false;
  }

  async #records(rules: readonly RuleCode[]): Promise<void> {
    const { process, record } = this.#state;
    const inputs = this.#inputs;
    for (;;) {
      const reading = inputs.next();
      const text = reading instanceof Promise ? await reading : reading;
      if (text === undefined) return;
      record.set(text);
      for (let i = 0; i < rules.length; i++) {
        const ending = unwound((rules[i] as RuleCode).run);
        const leaving = ending instanceof Promise ? await ending : ending;
        if (leaving === undefined) continue;
        if (leaving === 'exit') return;
        if (leaving === 'nextfile') await inputs.skipFile();
        if (leaving === 'next' || leaving === 'nextfile') break;
      }
      if (process.isDue) await process.pause();
    }
  }
}

/** What a rule does with a record: nothing where its pattern has none of it. */
function ruleCode(compiler: StatementCompiler, rule: Rule): () => Soon<Leaving> {
  const run = rule.body ? compiler.statement(rule.body) : compiler.printRecord();
  const selects = rule.pattern && selection(compiler, rule, compiler.waiting.test(rule.pattern));
  if (!selects) return run;
  return () => whenThere(selects(), (isSelected): Soon<Leaving> => (isSelected ? run() : undefined));
}

/** A range holds from a record that its pattern selects to one that `until` does. */
function selection(compiler: StatementCompiler, rule: Rule, pattern: () => Soon<boolean>): () => Soon<boolean> {
  if (!rule.until) return pattern;
  const until = compiler.waiting.test(rule.until);
  const goesOn = () =>
    whenThere(until(), (isLast) => {
      rule.isOpen = !isLast;
      return true;
    });
  return () => (rule.isOpen ? goesOn() : whenThere(pattern(), (begins) => begins && goesOn()));
}
