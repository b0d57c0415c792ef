import { compareIntegers } from '../../compareIntegers.ts';
import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import { expandPattern, expandRegex, expandString } from '../expansion/expandWord.ts';
import { compilePattern } from '../expansion/pattern.ts';
import { displayQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { asList } from '../state/variables.ts';
import type { Test, TestNode } from '../syntax/tree.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { fileTest, isComparison, isVariableSet } from './fileTests.ts';
import { matchRegex } from './regex.ts';
import { traceLine } from './trace.ts';
import { complainOf } from './complain.ts';

/** `[[ … ]]`. */
export function runTest(shell: Shell, node: TestNode): Soon<number> {
  shell.line = node.line;
  shell.commandText = node.text;
  shell.shownNode = undefined;
  try {
    const testing = evaluateTest(shell, node.expression);
    if (testing instanceof Promise)
      return testing.then((value) => (value ? 0 : 1)).catch((error) => failed(shell, error));
    return testing ? 0 : 1;
  } catch (error) {
    return failed(shell, error);
  }
}

function failed(shell: Shell, error: unknown): Soon<number> {
  if (!(error instanceof ShellError) || error.code !== 'command') throw error;
  return then(complainOf(shell, error), () => error.status);
}

function evaluateTest(shell: Shell, test: Test): Soon<boolean> {
  switch (test.kind) {
    case 'not':
      return then(evaluateTest(shell, test.operand), (value) => !value);
    case 'logical':
      return logical(shell, test.operator, test.operands, 0);
    case 'unary':
      return then(expandString(shell, test.operand), (operand) =>
        then(traced(shell, `${test.operator} ${displayQuote(operand)}`), () => unary(shell, test.operator, operand)),
      );
    case 'binary':
      return binary(shell, test);
  }
}

function traced(shell: Shell, text: string): Soon<void> {
  return shell.options.has('xtrace') ? traceLine(shell, `[[ ${text} ]]`) : undefined;
}

function logical(shell: Shell, operator: '&&' | '||', operands: readonly Test[], from: number): Soon<boolean> {
  return then(evaluateTest(shell, operands[from] as Test), (value) => {
    if (value === (operator === '||') || from === operands.length - 1) return value;
    return logical(shell, operator, operands, from + 1);
  });
}

function unary(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-v':
      return isVariableSet(shell, operand);
    case '-o':
      return shell.options.has(operand as never);
    case '-R':
      return shell.variables.findOwn(operand)?.attributes.has('nameref') === true;
    default:
      return fileTest(shell, operator, operand);
  }
}

function binary(shell: Shell, test: Extract<Test, { kind: 'binary' }>): Soon<boolean> {
  const { operator } = test;
  return then(expandString(shell, test.left), (left) => {
    if (operator === '=~') {
      return then(expandRegex(shell, test.right), (source) =>
        then(traced(shell, `${displayQuote(left)} =~ ${source}`), () => matches(shell, left, source)),
      );
    }
    if (operator === '=' || operator === '==' || operator === '!=') {
      return then(expandPattern(shell, test.right), (source) =>
        then(traced(shell, `${displayQuote(left)} ${operator} ${source === '' ? "''" : source}`), () => {
          const pattern = compilePattern(source, { hasGroups: true, ignoresCase: shell.isSet('nocasematch') });
          return pattern.matches(left) === (operator !== '!=');
        }),
      );
    }
    return then(expandString(shell, test.right), (right) =>
      then(traced(shell, `${displayQuote(left)} ${operator} ${displayQuote(right)}`), () =>
        compare(shell, operator, left, right),
      ),
    );
  });
}

function compare(shell: Shell, operator: string, left: string, right: string): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return isComparison(shell, operator, left, right);
  }
  const a = operand(shell, left);
  const b = operand(shell, right);
  return compareIntegers(operator, a, b);
}

/** A fault in it fails the test, no more. */
function operand(shell: Shell, text: string): number | bigint {
  try {
    return evaluateArithmetic(shell, text, '[[');
  } catch (error) {
    if (error instanceof ShellError && error.code === 'expansion') throw new ShellError('command', error.message);
    throw error;
  }
}

function matches(shell: Shell, text: string, source: string): boolean {
  const found = matchRegex(source, text, shell.isSet('nocasematch'));
  const list = asList(shell.variables.forAssignment('BASH_REMATCH'));
  list.length = 0;
  if (!found) return false;
  for (const group of found) list.push(group ?? '');
  return true;
}
