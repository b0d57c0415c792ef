import type { Shell } from '../state/shell.ts';
import type { Arithmetic, Part, Script, Word } from '../syntax/tree.ts';

/** Builtins that print and change nothing of the shell. */
const HARMLESS = new Set(['echo', 'printf', 'pwd', 'true', 'false', ':', 'test', '[', 'type']);

const known = new WeakMap<Script, readonly string[] | false>();

/** Whether a substitution's script can run in the shell itself: only such builtins, whose words change nothing. */
export function capturable(shell: Shell, script: Script): boolean {
  let names = known.get(script);
  if (names === undefined) {
    names = namesOf(script);
    known.set(script, names);
  }
  if (names === false || shell.options.has('xtrace') || shell.traps.size > 0) return false;
  return names.every((name) => !shell.functions.has(name) && !shell.disabledBuiltins.has(name));
}

function namesOf(script: Script): readonly string[] | false {
  if (script.fault) return false;
  const names: string[] = [];
  for (const { node, isBackground } of script.statements) {
    if (isBackground || node.kind !== 'simple' || node.assignments.length > 0 || node.redirects.length > 0)
      return false;
    const [first, ...rest] = node.words;
    if (!first || 'kind' in first || first.literal === undefined || !HARMLESS.has(first.literal)) return false;
    if (first.literal === 'printf' && rest.some((word) => !('kind' in word) && word.text.startsWith('-'))) return false;
    if (!rest.every((word) => !('kind' in word) && isPureWord(word, 'withCommands'))) return false;
    names.push(first.literal);
  }
  return names;
}

/** Whether substitutions within a word, which run in shells of their own, count as pure. */
export type PureRule = 'withCommands' | 'noCommands';

/** What a subshell has its own of, or what changes when it is read. */
const DIFFERENT_IN_SUBSHELL = new Set(['BASHPID', 'RANDOM', 'SRANDOM', '_']);

/** Whether expanding it changes nothing of the shell, and gives what a subshell would get. */
export function isPureWord(word: Word, rule: PureRule): boolean {
  return !word.hasBraces && word.parts.every((part) => isPure(part, rule));
}

function isPure(part: Part, rule: PureRule): boolean {
  switch (part.kind) {
    case 'text':
    case 'tilde':
      return true;
    case 'quoted':
      return part.parts.every((inner) => isPure(inner, rule));
    case 'command':
      return rule === 'withCommands';
    case 'process':
      return false;
    case 'arithmetic':
      return isPureArithmetic(part.expression, rule);
    case 'parameter': {
      const { operation, index, name } = part;
      if (DIFFERENT_IN_SUBSHELL.has(name) || part.prefix === '!') return false;
      if (index !== undefined && typeof index !== 'string' && !isPureWord(index, rule)) return false;
      switch (operation?.kind) {
        case undefined:
        case 'transform':
        case 'names':
          return true;
        case 'default':
        case 'alternative':
          return isPureWord(operation.operand, rule);
        case 'remove':
          return isPureWord(operation.pattern, rule);
        case 'replace':
          return isPureWord(operation.pattern, rule) && isPureWord(operation.replacement, rule);
        case 'slice':
          return (
            isPureArithmetic(operation.offset, rule) && (!operation.length || isPureArithmetic(operation.length, rule))
          );
        case 'case':
          return !operation.pattern || isPureWord(operation.pattern, rule);
        default:
          return false;
      }
    }
  }
}

function isPureArithmetic({ text, parts }: Arithmetic, rule: PureRule): boolean {
  if (/[^=!<>]=[^=]|\+\+|--|<<=|>>=|RANDOM|BASHPID/.test(text)) return false;
  return parts === undefined || parts.every((part) => isPure(part, rule));
}
