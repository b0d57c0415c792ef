import { BuildError } from '../buildError.ts';
import { splitVariable, VariableMap } from '../expand/environment.ts';
import { expandWord } from '../expand/lexer.ts';
import type { KeyValue } from '../instructions/instruction.ts';
import { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { exposedPorts, withOldPortWords } from '../plan/ports.ts';
import type { StepSetup } from './stepSetup.ts';

const DEFAULT_SHELL = ['/bin/sh', '-c'];
const MAX_WORD_LENGTH = 1 << 20;

/** The words of an instruction, with the variables that are in force. All throw BuildError. */
export class StepWords {
  readonly #setup: StepSetup;

  constructor(setup: StepSetup) {
    this.#setup = setup;
  }

  variables(): VariableMap {
    const env = this.#setup.build.config.Env ?? [];
    return new VariableMap([...env, ...this.#setup.buildArguments.inForce(env)].map(splitVariable));
  }

  word(text: string): string {
    const expanded = expandWord(text, this.variables(), { escape: this.#setup.escape, colonOnly: true }).text;
    // Words are kept in each image's config from here on.
    if (expanded.length > MAX_WORD_LENGTH)
      throw new BuildError('limit', `a word with its variables is longer than ${MAX_WORD_LENGTH} characters`);
    return expanded;
  }

  pairs(pairs: readonly KeyValue[]): readonly { readonly key: string; readonly value: string }[] {
    return pairs.map(({ key, value }) => ({ key: this.word(key), value: this.word(value) }));
  }

  shell(): readonly string[] {
    const { Shell } = this.#setup.build.config;
    return Shell && Shell.length > 0 ? Shell : DEFAULT_SHELL;
  }

  /** The shell form. A text of nothing is no argument. */
  shellWords(args: readonly string[]): readonly string[] {
    const text = args.join(' ');
    return text === '' ? this.shell() : [...this.shell(), text];
  }

  ports(words: readonly string[], node: SyntaxNode): readonly string[] {
    return withOldPortWords(() => exposedPorts(words, node, new Linter()));
  }
}
