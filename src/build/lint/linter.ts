import { BuildError, type LineRange } from '../buildError.ts';
import { DirectiveReader } from '../parse/directives.ts';
import { type CheckOptions, NO_CHECK_OPTIONS, parseCheckOptions } from './checkOptions.ts';
import { LINT_MESSAGES, LINT_RULES, type LintRule, type LintRuleName } from './rules.ts';

export interface LintFinding {
  readonly rule: LintRule;
  readonly message: string;
  readonly lines: LineRange;
  /** The base image is not at hand, and may define what is missed here. */
  readonly dependsOnBase: boolean;
}

/** More findings than this are not kept: a hostile file must not fill the memory. */
const MAX_FINDINGS = 10_000;

type MessageArguments<N extends LintRuleName> = Parameters<(typeof LINT_MESSAGES)[N]>;

/** Collects findings that the options in force let through. */
export class Linter {
  readonly findings: LintFinding[];
  readonly #options: CheckOptions;

  constructor(options: CheckOptions = NO_CHECK_OPTIONS, findings: LintFinding[] = []) {
    this.#options = options;
    this.findings = findings;
  }

  report<N extends LintRuleName>(name: N, lines: LineRange, ...words: MessageArguments<N>): void {
    this.#add(name, lines, words, { dependsOnBase: false });
  }

  /** A finding that the unknown base image may make void. */
  reportUnlessBase<N extends LintRuleName>(name: N, lines: LineRange, ...words: MessageArguments<N>): void {
    this.#add(name, lines, words, { dependsOnBase: true });
  }

  #add(name: LintRuleName, lines: LineRange, words: readonly string[], { dependsOnBase }: { dependsOnBase: boolean }) {
    const rule = LINT_RULES.get(name);
    if (!rule || !this.#admits(rule) || this.findings.length >= MAX_FINDINGS) return;
    const message = (LINT_MESSAGES[name] as (...words: readonly string[]) => string)(...words);
    this.findings.push({ rule, message, lines, dependsOnBase });
  }

  #admits(rule: LintRule): boolean {
    const { skip, experimental } = this.#options;
    if (rule.experimental) return experimental === 'all' || experimental.has(rule.name);
    return skip !== 'all' && !skip.has(rule.name);
  }

  /** For one instruction: `# check=skip=…` among the comments above it counts too; of several, the first. */
  withComments(comments: readonly string[]): Linter {
    for (const comment of comments) {
      const value = checkDirective(comment);
      if (value === undefined) continue;
      try {
        return new Linter(merge(this.#options, parseCheckOptions(value)), this.findings);
      } catch {
        return this;
      }
    }
    return this;
  }

  /** Throws BuildError `lint` when `error=true` and there are findings. */
  throwIfAsked(): void {
    const [first] = this.findings;
    if (!this.#options.asError || !first) return;
    const names = [...new Set(this.findings.map((finding) => finding.rule.name))];
    throw new BuildError('lint', `lint violation found for rules: ${names.join(', ')}`, [first.lines]);
  }
}

function checkDirective(comment: string): string | undefined {
  if (!/^check/i.test(comment)) return undefined;
  const directive = new DirectiveReader('').read(comment);
  return directive?.name === 'check' ? directive.value.split(' ', 1)[0] : undefined;
}

function merge(options: CheckOptions, more: CheckOptions): CheckOptions {
  return {
    skip: union(options.skip, more.skip),
    experimental: union(options.experimental, more.experimental),
    asError: options.asError,
  };
}

function union(left: ReadonlySet<string> | 'all', right: ReadonlySet<string> | 'all') {
  return left === 'all' || right === 'all' ? 'all' : new Set([...left, ...right]);
}
