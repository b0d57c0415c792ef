import type { ParameterExpansionPart, ParameterOperation, Word as WordSource } from 'unbash';
import type { WordPlace } from './translateWord.ts';
import type { Arithmetic, Operation, ParameterPart, Subscript, Word } from './tree.ts';

/** How the words within are translated. */
export interface OperandTranslator {
  word(word: WordSource, place: WordPlace): Word;
  arithmetic(text: string): Arithmetic;
}

const NAME = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])$/;

/** `${...}`; `isQuoted`: between double quotes. */
export function translateParameter(
  part: ParameterExpansionPart,
  isQuoted: boolean,
  context: OperandTranslator,
): ParameterPart {
  const { text, parameter, prefix, index } = part;
  const operation = part.operation && translateOperation(part.operation, isQuoted, context);
  return {
    kind: 'parameter',
    text,
    name: parameter,
    prefix,
    index: index && subscript(index, context),
    operation: NAME.test(parameter) ? (togglingOf(part) ?? operation) : { kind: 'bad' },
  };
}

/** `${x~}` and `${x~~}`, which the parser does not know. */
function togglingOf({ operation, text }: ParameterExpansionPart): Operation | undefined {
  if (operation?.type !== 'Unknown') return undefined;
  const [, tildes] = /^\$\{!?\w+(?:\[[^\]]*\])?(~~?)\}$/.exec(text) ?? [];
  return tildes === undefined
    ? undefined
    : { kind: 'case', change: 'toggle', isAll: tildes.length === 2, pattern: undefined };
}

function subscript(index: WordSource, context: OperandTranslator): Subscript {
  return index.text === '@' || index.text === '*' ? index.text : context.word(index, 'subscript');
}

function translateOperation(operation: ParameterOperation, isQuoted: boolean, context: OperandTranslator): Operation {
  const operand = (word: WordSource): Word => context.word(word, isQuoted ? 'quotedOperand' : 'operand');
  const pattern = (word: WordSource): Word => context.word(word, 'pattern');
  switch (operation.type) {
    case 'Default':
      return {
        kind: DEFAULTS[operation.operator.at(-1) as '-' | '=' | '+' | '?'],
        isEmptyUnset: operation.operator.startsWith(':'),
        operand: operand(operation.operand),
      };
    case 'Remove':
      return {
        kind: 'remove',
        side: operation.operator.startsWith('#') ? 'prefix' : 'suffix',
        isLongest: operation.operator.length === 2,
        pattern: pattern(operation.operand),
      };
    case 'Replace':
      return {
        kind: 'replace',
        where: REPLACES[operation.operator],
        pattern: pattern(operation.pattern),
        replacement: pattern(operation.replacement),
      };
    case 'Slice':
      return {
        kind: 'slice',
        offset: context.arithmetic(operation.offset.text),
        length: operation.length && context.arithmetic(operation.length.text),
      };
    case 'CaseModification':
      return {
        kind: 'case',
        change: operation.operator.startsWith('^') ? 'upper' : 'lower',
        isAll: operation.operator.length === 2,
        pattern: operation.operand && operation.operand.text !== '' ? pattern(operation.operand) : undefined,
      };
    case 'Transform':
      return /^[QEPAaKkULu]$/.test(operation.operand.text)
        ? { kind: 'transform', operator: operation.operand.text }
        : { kind: 'bad' };
    case 'Names':
      return { kind: 'names', joins: operation.operator === '*' };
    case 'Unknown':
      return { kind: 'bad' };
  }
}

const DEFAULTS = { '-': 'default', '=': 'assign', '+': 'alternative', '?': 'error' } as const;
const REPLACES = { '/': 'first', '//': 'all', '/#': 'prefix', '/%': 'suffix' } as const;
