import { type LexOptions, tryExpandWord } from '../expand/lexer.ts';
import type { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { nearestWords } from '../suggest.ts';
import type { Budget } from './budget.ts';
import type { StageState } from './stageState.ts';

/** Arguments that the builder itself reads, and words need not know. */
export const NON_ENVIRONMENT_ARGUMENTS: ReadonlySet<string> = new Set([
  'BUILDKIT_SBOM_SCAN_CONTEXT',
  'BUILDKIT_SBOM_SCAN_STAGE',
]);

/** More names than this are not searched for one that was meant. */
const MAX_NAMES = 2_000;

/** Expands the words of one instruction in its stage, and reports variables that nobody defined. */
export class WordExpander {
  readonly #state: StageState;
  readonly #node: SyntaxNode;
  readonly #linter: Linter;
  readonly #lex: LexOptions;
  readonly #budget: Budget;

  constructor(state: StageState, node: SyntaxNode, linter: Linter, lex: LexOptions, budget: Budget) {
    this.#state = state;
    this.#node = node;
    this.#linter = linter;
    this.#lex = lex;
    this.#budget = budget;
  }

  word(text: string): string {
    return this.#expand(text, this.#lex);
  }

  /** A here-document: quotes stay, and the escape character is the backslash whatever the directive says. */
  heredoc(text: string): string {
    return this.#expand(text, { escape: '\\', skipQuotes: true });
  }

  #expand(text: string, options: LexOptions): string {
    const expansion = tryExpandWord(text, this.#state.variables, options);
    this.#budget.spend(expansion.text.length);
    if (expansion.unmatched.size > 0) this.#report(expansion.unmatched);
    if (expansion.error) throw expansion.error;
    return expansion.text;
  }

  #report(unmatched: ReadonlySet<string>): void {
    const { buildArguments, variables, baseUnknown } = this.#state;
    const declared = new Set(buildArguments.map((argument) => argument.key));
    for (const name of unmatched) {
      if (declared.has(name) || NON_ENVIRONMENT_ARGUMENTS.has(name)) continue;
      const names = [...variables.keys()];
      const [hint = ''] = names.length > MAX_NAMES ? [] : nearestWords(name, names);
      if (baseUnknown) this.#linter.reportUnlessBase('UndefinedVar', this.#node, name, hint);
      else this.#linter.report('UndefinedVar', this.#node, name, hint);
    }
  }
}
