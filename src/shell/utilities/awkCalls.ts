import { callPlain, characterCount, lengthOf, sortArray } from './awkBuiltins.ts';
import type { ExpressionCompiler } from './awkExpressions.ts';
import { splitText } from './awkRecord.ts';
import type { AwkState } from './awkState.ts';
import { substitute } from './awkSubstitute.ts';
import { type AwkArray, AwkError, type Expression, isPlace, type Name, type Place, type Value } from './awkSyntax.ts';
import { formatAwk, inputValue, numberOf } from './awkValue.ts';

type Items = readonly Expression[];

const WHOLE_RECORD: Place = { kind: 'field', index: { kind: 'number', value: 0 }, waits: false };

/** Functions of the language, but for those that wait. */
export function compileCall(
  compiler: ExpressionCompiler,
  state: AwkState,
  { name, items }: Expression & { kind: 'call' },
): () => Value {
  const [first, second] = items;
  switch (name) {
    case 'length':
      return lengthCode(compiler, first);
    case 'split':
      return splitCode(compiler, items);
    case 'sub':
    case 'gsub':
      return substituteCode(compiler, items, name === 'gsub' ? 'all' : 1);
    case 'gensub':
      return gensubCode(compiler, items);
    case 'match':
      return matchCode(compiler, items);
    case 'sprintf':
      return formatCode(compiler, items, 'sprintf');
    case 'rand':
      return () => state.random();
    case 'srand': {
      const seed = first && compiler.number(first);
      return () => state.seed(seed?.());
    }
    case 'asort':
    case 'asorti': {
      const from = arrayArgument(state, first, name);
      const to = second ? arrayArgument(state, second, name) : from;
      return () => sortArray(new Map(from()), to(), name === 'asort' ? 'values' : 'keys', state.convFmt);
    }
    default:
      return plainCode(compiler, name, items);
  }
}

/** What printf and sprintf make of a format and the values behind it. */
export function formatCode(compiler: ExpressionCompiler, [format, ...rest]: Items, name: string): () => string {
  if (!format)
    return () => {
      throw new AwkError(`not enough arguments passed to ${name}`);
    };
  const pattern = compiler.text(format);
  const values = rest.map((item) => compiler.value(item));
  return () => {
    const text = pattern();
    return formatAwk(
      text,
      values.map((value) => value()),
      compiler.state.convFmt,
    );
  };
}

function plainCode(compiler: ExpressionCompiler, name: string, items: Items): () => Value {
  const { state } = compiler;
  const code = items.map((item) => compiler.value(item));
  return () => {
    const values = code.map((value) => value());
    return callPlain(
      name,
      {
        count: values.length,
        number: (index) => numberOf(values[index]),
        text: (index) => state.text(values[index]),
      },
      state.process,
    );
  };
}

function arrayArgument(state: AwkState, node: Expression | undefined, name: string): () => AwkArray {
  if (!isName(node))
    return () => {
      throw new AwkError(`${name}: argument is not an array`);
    };
  return () => state.arrayOf(node);
}

function isName(node: Expression | undefined): node is Name & { kind: 'global' | 'local' } {
  return node !== undefined && (node.kind === 'global' || node.kind === 'local');
}

function lengthCode(compiler: ExpressionCompiler, node: Expression | undefined): () => number {
  const { state } = compiler;
  if (!node) return () => lengthOf(state.record.text);
  const text = compiler.text(node);
  if (!isName(node)) return () => lengthOf(text());
  return () => {
    const slot = state.slot(node);
    return slot instanceof Map ? slot.size : lengthOf(text());
  };
}

function splitCode(compiler: ExpressionCompiler, [subject, array, separator]: Items): () => number {
  const { state } = compiler;
  const text = subject ? compiler.text(subject) : () => '';
  const target = arrayArgument(state, array, 'split');
  const source =
    separator?.kind === 'regex'
      ? () => (separator.source.length === 1 ? `(${separator.source})` : separator.source)
      : separator
        ? compiler.text(separator)
        : () => state.text(state.specials.FS);
  return () => {
    const whole = text();
    const map = target();
    const parts = splitText(whole, source(), (pattern) => state.regex(pattern));
    map.clear();
    for (let i = 0; i < parts.length; i++) map.set(String(i + 1), inputValue(parts[i] as string));
    return parts.length;
  };
}

function substituteCode(
  compiler: ExpressionCompiler,
  [pattern, replacement, target]: Items,
  which: 'all' | 1,
): () => number {
  if (!pattern || !replacement)
    return () => {
      throw new AwkError('not enough arguments to sub');
    };
  const { state } = compiler;
  const [regex, by] = [compiler.regex(pattern), compiler.text(replacement)];
  if (target && !isPlace(target)) {
    const text = compiler.text(target);
    return () => {
      const [found, put] = [regex(), by()];
      return substitute(text(), found, put, { which, hasGroups: false }).count;
    };
  }
  const place = compiler.place(target ?? WHOLE_RECORD);
  return () => {
    const [found, put] = [regex(), by()];
    const result = substitute(state.text(place.load()), found, put, { which, hasGroups: false });
    if (result.count > 0) place.store(result.text);
    return result.count;
  };
}

function gensubCode(compiler: ExpressionCompiler, [pattern, replacement, how, target]: Items): () => string {
  if (!pattern || !replacement || !how)
    return () => {
      throw new AwkError('not enough arguments to gensub');
    };
  const { state } = compiler;
  const [regex, by, mode] = [compiler.regex(pattern), compiler.text(replacement), compiler.value(how)];
  const text = target ? compiler.text(target) : () => state.record.text;
  return () => {
    const [found, put, asked] = [regex(), by(), mode()];
    const which = /^[gG]/.test(state.text(asked)) ? 'all' : Math.max(1, Math.trunc(numberOf(asked)));
    return substitute(text(), found, put, { which, hasGroups: true }).text;
  };
}

function matchCode(compiler: ExpressionCompiler, [subject, pattern, array]: Items): () => number {
  if (!subject || !pattern)
    return () => {
      throw new AwkError('not enough arguments to match');
    };
  const { state } = compiler;
  const [text, regex] = [compiler.text(subject), compiler.regex(pattern)];
  const groups = array && arrayArgument(state, array, 'match');
  const note = (whole: string, span: { readonly start: number; readonly end: number } | undefined) => {
    const start = span ? characterCount(whole, span.start) + 1 : 0;
    state.specials.RSTART = start;
    state.specials.RLENGTH = span ? lengthOf(whole.slice(span.start, span.end)) : -1;
    return start;
  };
  if (!groups)
    return () => {
      const whole = text();
      return note(whole, regex().find(whole));
    };
  return () => {
    const whole = text();
    const slots = regex().exec(whole);
    const start = note(whole, slots && { start: slots[0] as number, end: slots[1] as number });
    const map = groups();
    map.clear();
    for (let i = 0; slots && i * 2 < slots.length; i++) {
      const from = slots[i * 2] as number;
      if (from >= 0) map.set(String(i), inputValue(whole.slice(from, slots[i * 2 + 1])));
    }
    return start;
  };
}
