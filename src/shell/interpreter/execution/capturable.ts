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
    if (!rest.every((word) => !('kind' in word) && isPureWord(word))) return false;
    names.push(first.literal);
  }
  return names;
}

function isPureWord(word: Word): boolean {
  return !word.hasBraces && word.parts.every(isPure);
}

function isPure(part: Part): boolean {
  switch (part.kind) {
    case 'text':
    case 'tilde':
      return true;
    case 'quoted':
      return part.parts.every(isPure);
    case 'command':
      return true;
    case 'process':
      return false;
    case 'arithmetic':
      return isPureArithmetic(part.expression);
    case 'parameter': {
      const { operation, index } = part;
      if (index !== undefined && typeof index !== 'string' && !isPureWord(index)) return false;
      switch (operation?.kind) {
        case undefined:
        case 'transform':
        case 'names':
          return true;
        case 'default':
        case 'alternative':
          return isPureWord(operation.operand);
        case 'remove':
          return isPureWord(operation.pattern);
        case 'replace':
          return isPureWord(operation.pattern) && isPureWord(operation.replacement);
        case 'slice':
          return isPureArithmetic(operation.offset) && (!operation.length || isPureArithmetic(operation.length));
        case 'case':
          return !operation.pattern || isPureWord(operation.pattern);
        default:
          return false;
      }
    }
  }
}

function isPureArithmetic({ text, parts }: Arithmetic): boolean {
  return !/[^=!<>]=[^=]|\+\+|--|<<=|>>=/.test(text) && (parts === undefined || parts.every(isPure));
}
