import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import {
  asList,
  type ReadonlyVariable,
  listIndex,
  scalarOf,
  setElement,
  setMapElement,
  setScalar,
} from '../state/variables.ts';
import { complement, type Int, isZero, negate, operate, power } from './integer.ts';
import { ArithmeticError, type Expression, type Name, parseArithmetic } from './parseArithmetic.ts';

/** As bash: values are expressions, too, so deep. */
const MAX_RECURSION = 1024;
const MAX_CACHED = 2000;
const cache = new Map<string, Expression>();

function parsed(text: string): Expression {
  let expression = cache.get(text);
  if (!expression) {
    expression = parseArithmetic(text);
    if (cache.size >= MAX_CACHED) cache.clear();
    if (text.length < 200) cache.set(text, expression);
  }
  return expression;
}

/** The value of an expression, with what it assigns done. `command` stands before the text in messages: `((`, `let`.
 *  Throws ShellError. */
export function evaluateArithmetic(shell: Shell, text: string, command = ''): Int {
  try {
    const expression = parsed(text);
    // dash has all of C's operators but this, and those that assign and count.
    if (expression.kind === 'comma' && shell.dialect === 'dash')
      throw new ArithmeticError('syntax error in expression', ',');
    return evaluate(shell, expression, 0);
  } catch (error) {
    if (error instanceof ArithmeticError) throw arithmeticFault(shell, error, text, command);
    throw error;
  }
}

function arithmeticFault(shell: Shell, error: ArithmeticError, text: string, command: string): ShellError {
  if (shell.dialect === 'dash') {
    const words = error.message.startsWith('division') ? 'division by zero' : dashWords(error);
    return new ShellError('expansion', `arithmetic expression: ${words}: "${text}"`, 2);
  }
  if (shell.dialect === 'ash') {
    const words = error.message.startsWith('division') ? 'divide by zero' : 'arithmetic syntax error';
    return new ShellError('expansion', words, 2);
  }
  const prefix = command === '' ? '' : `${command}: `;
  const token = error.token === undefined ? '' : ` (error token is "${error.token}")`;
  return new ShellError('expansion', `${prefix}${text.trimStart()}: ${error.message}${token}`);
}

function dashWords(error: ArithmeticError): string {
  return error.message === 'syntax error in expression' ? 'expecting EOF' : 'expecting primary';
}

function evaluate(shell: Shell, node: Expression, depth: number): Int {
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'name':
      return numberOf(shell, node, depth);
    case 'unary': {
      const value = evaluate(shell, node.operand, depth);
      if (node.operator === '-') return negate(value);
      if (node.operator === '!') return isZero(value) ? 1 : 0;
      return node.operator === '~' ? complement(value) : value;
    }
    case 'step': {
      const before = numberOf(shell, node.target, depth);
      const after = operate('+', before, node.by) as Int;
      assign(shell, node.target, after, depth);
      return node.isPrefix ? after : before;
    }
    case 'binary':
      return binary(node.operator, evaluate(shell, node.left, depth), evaluate(shell, node.right, depth));
    case 'logical': {
      const left = !isZero(evaluate(shell, node.left, depth));
      if (left === (node.operator === '||')) return left ? 1 : 0;
      return isZero(evaluate(shell, node.right, depth)) ? 0 : 1;
    }
    case 'choice':
      return evaluate(shell, isZero(evaluate(shell, node.test, depth)) ? node.no : node.yes, depth);
    case 'assign': {
      const value = evaluate(shell, node.value, depth);
      const result = node.operator === '' ? value : binary(node.operator, numberOf(shell, node.target, depth), value);
      assign(shell, node.target, result, depth);
      return result;
    }
    case 'comma':
      evaluate(shell, node.left, depth);
      return evaluate(shell, node.right, depth);
  }
}

function binary(operator: string, left: Int, right: Int): Int {
  if (operator === '**') {
    if (right < 0) throw new ArithmeticError('exponent less than 0', String(right).replace('-', ''));
    return power(left, right);
  }
  const value = operate(operator, left, right);
  if (value === undefined) throw new ArithmeticError('division by 0', String(right));
  return value;
}

/** A plain decimal number, as most values are. */
function plainNumber(text: string): number | undefined {
  if (text.length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57 || (i === 0 && code === 48 && text.length > 1)) return undefined;
    value = value * 10 + code - 48;
  }
  return value;
}

function numberOf(shell: Shell, node: Name, depth: number): Int {
  const text = textOf(shell, node, depth);
  if (text === undefined) {
    if (shell.options.has('nounset')) {
      throw new ShellError(
        'fatal',
        shell.isBash ? `${node.name}: unbound variable` : `${node.name}: parameter not set`,
        shell.isBash ? 1 : 2,
      );
    }
    return 0;
  }
  const plain = plainNumber(text);
  if (plain !== undefined) return plain;
  if (depth > MAX_RECURSION) throw new ArithmeticError('expression recursion level exceeded', text);
  return evaluate(shell, parsed(text), depth + 1);
}

function textOf(shell: Shell, node: Name, depth: number): string | undefined {
  const variable = shell.variables.find(node.name);
  if (node.index === undefined) return variable && scalarOf(variable);
  if (!variable) return undefined;
  if (variable.map) return variable.map.get(mapKey(node.index));
  const index = elementIndex(shell, variable, node, depth);
  if (variable.list) return variable.list[index];
  return index === 0 ? scalarOf(variable) : undefined;
}

function mapKey(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}

function elementIndex(shell: Shell, variable: ReadonlyVariable, node: Name, depth: number): number {
  const given = evaluate(shell, parsed(node.index ?? ''), depth + 1);
  const index = listIndex(variable.list ?? [], Number(given));
  if (index === undefined) throw new ShellError('expansion', `${node.name}[${node.index}]: bad array subscript`);
  return index;
}

function assign(shell: Shell, node: Name, value: Int, depth: number): void {
  const { variables } = shell;
  const text = String(value);
  if (node.index === undefined) {
    const variable = variables.findOwnToChange(node.name);
    if (variable && variable.attributes.size === 0) setScalar(variable, text);
    else variables.set(node.name, text);
    return;
  }
  const variable = variables.forAssignment(node.name);
  if (variable.map) setMapElement(variable, mapKey(node.index), text);
  else {
    asList(variable);
    setElement(variable, elementIndex(shell, variable, node, depth), text);
  }
}
