// An expression is made into functions of no argument, once: what it is worth as a value, a number, a text or a truth.
import { compileCall } from './awkCalls.ts';
import { compilePlace, type PlaceCode } from './awkPlaces.ts';
import type { AwkState } from './awkState.ts';
import { AwkError, type Expression, type Place, type Value } from './awkSyntax.ts';
import { compareValues, isTrue, numberOf } from './awkValue.ts';
import type { Regex } from '../regex/regex.ts';

const MAX_TEXT = 1 << 27;

type Binary = Expression & { kind: 'binary' };

/** Makes what need not wait. Each expression is evaluated as what its surroundings want of it, so that no value is made
 *  into a text and back. */
export class ExpressionCompiler {
  readonly state: AwkState;

  constructor(state: AwkState) {
    this.state = state;
  }

  place(place: Place): PlaceCode {
    return compilePlace(this, place);
  }

  value(node: Expression): () => Value {
    const { state } = this;
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'value': {
        const { value } = node;
        return () => value;
      }
      case 'regex':
      case 'and':
      case 'or':
      case 'in': {
        const test = this.test(node);
        return () => (test() ? 1 : 0);
      }
      case 'global':
      case 'local':
      case 'special':
      case 'field':
      case 'element':
        return this.place(node).load;
      case 'group': {
        const [first] = node.items;
        if (node.items.length === 1 && first) return this.value(first);
        return this.joined(node.items);
      }
      case 'assign':
        return this.#assign(node);
      case 'step':
        return this.#step(node);
      case 'unary': {
        if (node.operator === '!') {
          const test = this.test(node.item);
          return () => (test() ? 0 : 1);
        }
        const number = this.number(node.item);
        return node.operator === '-' ? () => -number() : number;
      }
      case 'binary':
        return this.#binary(node);
      case 'choice': {
        const [test, yes, no] = [this.test(node.test), this.value(node.yes), this.value(node.no)];
        return () => (test() ? yes() : no());
      }
      case 'call':
        return compileCall(this, state, node);
      default:
        throw new AwkError('internal: an expression that cannot wait');
    }
  }

  number(node: Expression): () => number {
    if (node.kind === 'number') {
      const { value } = node;
      return () => value;
    }
    if (node.kind === 'binary') {
      const number = this.#arithmetic(node);
      if (number) return number;
    }
    const [only] = node.kind === 'group' ? node.items : [];
    if (node.kind === 'group' && only && node.items.length === 1) return this.number(only);
    const value = this.value(node);
    return () => {
      const found = value();
      return typeof found === 'number' ? found : numberOf(found);
    };
  }

  text(node: Expression): () => string {
    const { state } = this;
    if (node.kind === 'text') {
      const { value } = node;
      return () => value;
    }
    if (node.kind === 'binary' && node.operator === 'concat') return this.#concatenation(node);
    if (node.kind === 'field' && node.index.kind === 'number') {
      const index = Math.trunc(node.index.value);
      return () => state.record.fieldText(index);
    }
    const value = this.value(node);
    return () => {
      const found = value();
      return typeof found === 'string' ? found : state.text(found);
    };
  }

  test(node: Expression): () => boolean {
    const { state } = this;
    switch (node.kind) {
      case 'regex': {
        const regex = this.regex(node);
        return () => regex().test(state.record.text);
      }
      case 'and': {
        const [left, right] = [this.test(node.left), this.test(node.right)];
        return () => left() && right();
      }
      case 'or': {
        const [left, right] = [this.test(node.left), this.test(node.right)];
        return () => left() || right();
      }
      case 'in': {
        const { array } = node;
        const key = this.joined(node.subscripts);
        return () => {
          const map = state.arrayOf(array);
          return map.has(key());
        };
      }
      case 'unary':
        if (node.operator === '!') {
          const test = this.test(node.item);
          return () => !test();
        }
        break;
      case 'binary': {
        const test = this.#comparison(node);
        if (test) return test;
        break;
      }
      case 'group': {
        const [first] = node.items;
        if (node.items.length === 1 && first) return this.test(first);
        break;
      }
      default:
        break;
    }
    const value = this.value(node);
    return () => isTrue(value());
  }

  /** A literal expression, or a text that is one. */
  regex(node: Expression): () => Regex {
    const { state } = this;
    if (node.kind === 'regex' || node.kind === 'text') {
      const source = node.kind === 'regex' ? node.source : node.value;
      let regex: Regex | undefined;
      return () => {
        regex ??= state.regex(source);
        return regex;
      };
    }
    const source = this.text(node);
    return () => state.regex(source());
  }

  /** The key of an element, or a list in parentheses: several items are joined by SUBSEP. */
  joined(items: readonly Expression[]): () => string {
    const [first] = items;
    if (items.length === 1 && first) return this.text(first);
    const texts = items.map((item) => this.text(item));
    return () => texts.map((text) => text()).join(this.state.text(this.state.specials.SUBSEP));
  }

  #assign({ operator, place, value }: Expression & { kind: 'assign' }): () => Value {
    const code = this.place(place);
    if (operator === '=') return code.assign(this.value(value));
    const right = this.number(value);
    const operate = operationOf(operator[0] as string);
    return code.change(right, operate, 'after');
  }

  #step({ place, by, isPrefix }: Expression & { kind: 'step' }): () => Value {
    return this.place(place).change(() => by, operationOf('+'), isPrefix ? 'after' : 'before');
  }

  #binary(node: Binary): () => Value {
    const test = this.#comparison(node);
    if (test) return () => (test() ? 1 : 0);
    if (node.operator === 'concat') return this.#concatenation(node);
    return this.#arithmetic(node) as () => number;
  }

  #concatenation({ left, right }: Binary): () => string {
    const [first, second] = [this.text(left), this.text(right)];
    return () => {
      const text = first() + second();
      if (text.length > MAX_TEXT) throw new AwkError('out of memory');
      return text;
    };
  }

  #arithmetic({ operator, left, right }: Binary): (() => number) | undefined {
    if (!OPERATIONS.has(operator)) return undefined;
    const [a, b] = [this.number(left), this.number(right)];
    switch (operator) {
      case '+':
        return () => a() + b();
      case '-':
        return () => a() - b();
      case '*':
        return () => a() * b();
      default: {
        const operate = operationOf(operator);
        return () => {
          const first = a();
          return operate(first, b());
        };
      }
    }
  }

  #comparison({ operator, left, right }: Binary): (() => boolean) | undefined {
    const { state } = this;
    if (operator === '~' || operator === '!~') {
      const [text, regex] = [this.text(left), this.regex(right)];
      if (operator === '~')
        return () => {
          const subject = text();
          return regex().test(subject);
        };
      return () => {
        const subject = text();
        return !regex().test(subject);
      };
    }
    const holds = COMPARISONS.get(operator);
    if (!holds) return undefined;
    const [a, b] = [this.value(left), this.value(right)];
    return () => {
      const first = a();
      const second = b();
      if (typeof first === 'number' && typeof second === 'number') return holds(first - second);
      return holds(compareValues(first, second, state.convFmt));
    };
  }
}

/** By how the left side compares with the right. */
const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
  ['==', (order: number) => order === 0],
  ['!=', (order: number) => order !== 0],
]);

export type Operation = (left: number, right: number) => number;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  [
    '/',
    (left, right) => {
      if (right === 0) throw new AwkError('division by zero');
      return left / right;
    },
  ],
  [
    '%',
    (left, right) => {
      if (right === 0) throw new AwkError('division by zero in %');
      return left % right;
    },
  ],
  ['^', (left, right) => left ** right],
]);

function operationOf(operator: string): Operation {
  return OPERATIONS.get(operator) as Operation;
}
