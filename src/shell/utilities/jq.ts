import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { jsonDocuments } from './jqInput.ts';
import { parseJq } from './jqParser.ts';
import { JqMachine } from './jqRun.ts';
import { type Filter, type Json, JqError, type Scope } from './jqSyntax.ts';
import { fromParsed, isTrue, jsonText } from './jqValue.ts';
import type { ParsedOptions } from './options.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  compact: '-c --compact-output',
  raw: '-r --raw-output',
  joined: '-j --join-output',
  sortKeys: '-S --sort-keys',
  slurp: '-s --slurp',
  rawInput: '-R --raw-input',
  noInput: '-n --null-input',
  exitStatus: '-e --exit-status',
  tab: '--tab',
  indent: '--indent=N',
  color: '-C --color-output',
  monochrome: '-M --monochrome-output',
  ascii: '-a --ascii-output',
  argument: '--arg=NAME',
  jsonArgument: '--argjson=NAME',
  unbuffered: '--unbuffered',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** jq(1): the filters that people write most; `input`, streams, dates, SQL and modules are not among them. */
export const jq: Program = utility(
  {
    usage: '[OPTIONS] FILTER [FILES...]',
    options: OPTIONS,
    notSimulated:
      '-f --from-file=FILE --slurpfile=NAME --rawfile=NAME --args --jsonargs --stream --stream-errors --seq -L=DIR',
    usageStatus: 2,
    version: '1.6',
    // `--arg NAME VALUE` takes two: they are joined here, and parted again where they are read.
    rewrite: joinPairs,
  },
  async (process, options) => {
    const [source, ...operands] = options.operands;
    if (source === undefined) {
      await process.write(2, 'jq - commandline JSON processor\n');
      return 2;
    }
    try {
      return await new Jq(process, options, parseJq(source)).run(operands);
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      await process.write(2, `jq: error: ${error.message}\njq: 1 compile error\n`);
      return 3;
    }
  },
);

function joinPairs(given: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i] as string;
    if ((word === '--arg' || word === '--argjson') && i + 2 < given.length) {
      out.push(`${word}=${given[i + 1]}=${given[i + 2]}`);
      i += 2;
    } else {
      out.push(word);
    }
  }
  return out;
}

class Jq {
  readonly #process: Process;
  readonly #options: Options;
  readonly #filter: Filter;
  readonly #scope: Scope;
  #status = 0;
  #last: Json | undefined;

  constructor(process: Process, options: Options, filter: Filter) {
    this.#process = process;
    this.#options = options;
    this.#filter = filter;
    const variables = new Map<string, Json>([['$ENV', new Map(process.env)]]);
    for (const { name, value = '' } of options.given) {
      const equals = value.indexOf('=');
      if (name === 'argument') variables.set(`$${value.slice(0, equals)}`, value.slice(equals + 1));
      else if (name === 'jsonArgument')
        variables.set(`$${value.slice(0, equals)}`, parsedArgument(value.slice(equals + 1)));
    }
    this.#scope = { parent: undefined, variables, functions: new Map() };
  }

  async run(operands: readonly string[]): Promise<number> {
    const options = this.#options;
    if (options.has('noInput')) {
      await this.#each(null);
    } else {
      let text = '';
      const failed = await eachInput(
        this.#process,
        operands,
        async (input) => {
          text += decodeName(await readWhole(this.#process, input));
        },
        { words: ({ operand, words }) => `error: Could not open ${operand}: ${words}`, failureStatus: 2 },
      );
      await this.#inputs(text);
      this.#status ||= failed;
    }
    if (this.#status !== 0 || !options.has('exitStatus')) return this.#status;
    if (this.#last === undefined) return 4;
    return isTrue(this.#last) ? 0 : 1;
  }

  async #inputs(text: string): Promise<void> {
    const options = this.#options;
    if (options.has('rawInput')) {
      const lines = text.split('\n');
      if (lines.at(-1) === '') lines.pop();
      if (options.has('slurp')) await this.#each(text);
      else for (const line of lines) await this.#each(line);
      return;
    }
    const all: Json[] = [];
    try {
      for (const value of jsonDocuments(text)) {
        if (options.has('slurp')) all.push(value);
        else await this.#each(value);
        if (this.#process.isDue) await this.#process.pause();
      }
      if (options.has('slurp')) await this.#each(all);
    } catch (error) {
      if (!(error instanceof JqError) || error.stage === 'compile') throw error;
      await this.#process.complain(error.message);
      this.#status = 2;
    }
  }

  async #each(value: Json): Promise<void> {
    try {
      for (const item of new JqMachine().run(this.#filter, value, this.#scope)) {
        this.#last = item;
        await this.#process.print(this.#shown(item));
        if (this.#process.isDue) await this.#process.pause();
      }
    } catch (error) {
      if (!(error instanceof JqError) || error.stage === 'compile') throw error;
      await this.#process.write(2, `jq: error (at <stdin>:0): ${error.message}\n`);
      this.#status = 5;
    }
  }

  #shown(value: Json): string {
    const options = this.#options;
    const end = options.has('joined') ? '' : '\n';
    if ((options.has('raw') || options.has('joined')) && typeof value === 'string') return value + end;
    const width = Math.min(8, Number(options.value('indent') ?? 2)) || 0;
    const indent = options.has('tab') ? '\t' : options.has('compact') || width === 0 ? undefined : ' '.repeat(width);
    const color = options.has('color') || (!options.has('monochrome') && this.#process.file(1).isTerminal);
    return jsonText(value, { indent, sortKeys: options.has('sortKeys'), color, ascii: options.has('ascii') }) + end;
  }
}

function parsedArgument(text: string): Json {
  try {
    return fromParsed(JSON.parse(text));
  } catch {
    throw new JqError('compile', `Invalid JSON text passed to --argjson`);
  }
}
